import { DetachInternetGatewayCommand, type InternetGateway } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { gatewayTitle, vpcOf } from "./attachment";

interface Props {
  region: string;
  gateway: InternetGateway;
  close: () => void;
}

export function DetachInternetGatewayDialog({ region, gateway, close }: Props) {
  const run = async () => {
    const { InternetGatewayId } = gateway;
    await ec2(region).send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId: vpcOf(gateway) }));
    succeed(`Internet gateway ${gatewayTitle(gateway)} successfully detached from ${vpcOf(gateway)}.`);
  };
  return (
    <ConfirmDialog
      title="Detach from VPC"
      button="Detach internet gateway"
      word="detach"
      close={close}
      run={run}
    >
      <Box>
        Nothing in {vpcOf(gateway)} will reach the internet through{" "}
        <Box variant="strong">{gatewayTitle(gateway)}</Box> any more.
      </Box>
    </ConfirmDialog>
  );
}
