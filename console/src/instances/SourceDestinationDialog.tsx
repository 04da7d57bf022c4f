import { type Instance, ModifyNetworkInterfaceAttributeCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { ChoiceDialog } from "./ChoiceDialog";

/** Change source/destination check, of the instance's first network interface. */
export function SourceDestinationDialog(props: { region: string; instance: Instance; close: () => void }) {
  const { region, instance, close } = props;
  const first = instance.NetworkInterfaces?.find((it) => it.Attachment?.DeviceIndex === 0);
  return (
    <ChoiceDialog
      title="Change source/destination check"
      instance={instance}
      label="Source/destination checking"
      now={first?.SourceDestCheck === false ? "stop" : "check"}
      items={[
        {
          value: "check",
          label: "Check",
          description: "Only packets from its own addresses, or for them, pass its interface.",
        },
        {
          value: "stop",
          label: "Stop",
          description: "It forwards what others send, as a router or NAT instance.",
        },
      ]}
      close={close}
      save={(value) =>
        ec2(region).send(
          new ModifyNetworkInterfaceAttributeCommand({
            NetworkInterfaceId: first?.NetworkInterfaceId,
            SourceDestCheck: { Value: value === "check" },
          }),
        )
      }
    />
  );
}
