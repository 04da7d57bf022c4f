import { DeleteNatGatewayCommand, type NatGateway } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { gatewayTitle } from "./read";

interface Props {
  region: string;
  gateway: NatGateway;
  close: () => void;
}

export function DeleteNatGatewayDialog({ region, gateway, close }: Props) {
  const title = gatewayTitle(gateway);
  const run = async () => {
    await ec2(region).send(new DeleteNatGatewayCommand({ NatGatewayId: gateway.NatGatewayId }));
    succeed(`You successfully deleted ${title}. Its Elastic IP address is still yours.`);
  };
  return (
    <ConfirmDialog title="Delete NAT gateway" button="Delete" word="delete" close={close} run={run}>
      <Box>
        <Box variant="strong">{title}</Box> will be deleted for good. Routes that lead to it stay, and lead
        nowhere; its Elastic IP address is kept. It is listed as deleted for about an hour.
      </Box>
    </ConfirmDialog>
  );
}
