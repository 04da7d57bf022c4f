import { type Instance, MonitorInstancesCommand, UnmonitorInstancesCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { ChoiceDialog } from "./ChoiceDialog";

/** Manage detailed monitoring. */
export function MonitoringDialog(props: { region: string; instance: Instance; close: () => void }) {
  const { region, instance, close } = props;
  const InstanceIds = [instance.InstanceId ?? ""];
  const isOn = ["enabled", "pending"].includes(instance.Monitoring?.State ?? "");
  const save = (value: string): Promise<unknown> =>
    value === "on"
      ? ec2(region).send(new MonitorInstancesCommand({ InstanceIds }))
      : ec2(region).send(new UnmonitorInstancesCommand({ InstanceIds }));
  return (
    <ChoiceDialog
      title="Manage detailed monitoring"
      instance={instance}
      label="Detailed monitoring"
      now={isOn ? "on" : "off"}
      items={[
        { value: "on", label: "Enabled", description: "Numbers each minute." },
        { value: "off", label: "Disabled", description: "Numbers every five minutes." },
      ]}
      close={close}
      save={save}
    />
  );
}
