import { type Address, DisassociateAddressCommand } from "@aws-sdk/client-ec2";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { DASH } from "../resources/names";

export function DisassociateAddressDialog(props: { region: string; address: Address; close: () => void }) {
  const { region, address, close } = props;
  const run = async () => {
    const { AssociationId } = address;
    await ec2(region).send(new DisassociateAddressCommand({ AssociationId }));
    succeed(`Elastic IP address ${address.PublicIp} was disassociated.`);
  };
  return (
    <ConfirmDialog title="Disassociate Elastic IP address" button="Disassociate" close={close} run={run}>
      <KeyValuePairs
        columns={2}
        items={[
          { label: "Elastic IP address", value: address.PublicIp },
          { label: "Instance", value: address.InstanceId || DASH },
          { label: "Network interface ID", value: address.NetworkInterfaceId ?? DASH },
          { label: "Private IP address", value: address.PrivateIpAddress ?? DASH },
        ]}
      />
    </ConfirmDialog>
  );
}
