import { type Instance, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useAttribute } from "./attributes";
import { ChoiceDialog } from "./ChoiceDialog";

interface Props {
  /** Against what. */
  kind: "termination" | "stop";
  region: string;
  instance: Instance;
  close: () => void;
}

/** Change termination protection, and Change stop protection. */
export function ProtectionDialog({ kind, region, instance, close }: Props) {
  const InstanceId = instance.InstanceId ?? "";
  const isStop = kind === "stop";
  const reading = useAttribute(region, InstanceId, isStop ? "disableApiStop" : "disableApiTermination");
  const attribute = isStop ? reading.data?.DisableApiStop : reading.data?.DisableApiTermination;
  const now = reading.data && (attribute?.Value ? "on" : "off");
  const save = (value: string) => {
    const wanted = { Value: value === "on" };
    const changed = isStop ? { DisableApiStop: wanted } : { DisableApiTermination: wanted };
    return ec2(region).send(new ModifyInstanceAttributeCommand({ InstanceId, ...changed }));
  };
  return (
    <ChoiceDialog
      title={`Change ${kind} protection`}
      instance={instance}
      label={isStop ? "Stop protection" : "Termination protection"}
      now={now}
      reading={reading}
      items={[
        {
          value: "on",
          label: "Enabled",
          description: `Nobody ${isStop ? "stops" : "terminates"} it by the API until this is disabled.`,
        },
        { value: "off", label: "Disabled" },
      ]}
      close={close}
      save={save}
    />
  );
}
