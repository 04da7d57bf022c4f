import { DeleteNetworkInterfaceCommand, type NetworkInterface } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";
import { nameIn, titleOf } from "../resources/names";

interface Props {
  region: string;
  interfaces: NetworkInterface[];
  close: () => void;
}

export function DeleteNetworkInterfacesDialog({ region, interfaces, close }: Props) {
  const run = () =>
    deleteSeveral({
      region,
      noun: "network_interfaces",
      one: "network interface",
      items: interfaces,
      id: (it) => it.NetworkInterfaceId,
      remove: ({ NetworkInterfaceId }) =>
        ec2(region).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
    });
  return (
    <ConfirmDialog title="Delete network interface" button="Delete" close={close} run={run}>
      <WillBeDeleted
        titles={interfaces.map((it) => titleOf(it.NetworkInterfaceId ?? "", nameIn(it.TagSet)))}
      />
    </ConfirmDialog>
  );
}
