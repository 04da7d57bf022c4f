import { type Instance, ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { useAttribute } from "./attributes";
import { ChoiceDialog } from "./ChoiceDialog";

/** Change shutdown behavior: what becomes of an instance that shuts itself down. */
export function ShutdownBehaviorDialog(props: { region: string; instance: Instance; close: () => void }) {
  const { region, instance, close } = props;
  const InstanceId = instance.InstanceId ?? "";
  const reading = useAttribute(region, InstanceId, "instanceInitiatedShutdownBehavior");
  return (
    <ChoiceDialog
      title="Change shutdown behavior"
      instance={instance}
      label="Shutdown behavior"
      now={reading.data?.InstanceInitiatedShutdownBehavior?.Value}
      reading={reading}
      items={[
        { value: "stop", label: "Stop" },
        { value: "terminate", label: "Terminate" },
      ]}
      close={close}
      save={(Value) =>
        ec2(region).send(
          new ModifyInstanceAttributeCommand({ InstanceId, InstanceInitiatedShutdownBehavior: { Value } }),
        )
      }
    />
  );
}
