import { DeleteInternetGatewayCommand, type InternetGateway } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { gatewayTitle } from "./attachment";

interface Props {
  region: string;
  gateway: InternetGateway;
  close: () => void;
}

export function DeleteInternetGatewayDialog({ region, gateway, close }: Props) {
  const run = async () => {
    const { InternetGatewayId } = gateway;
    await ec2(region).send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
    succeed(`You successfully deleted ${gatewayTitle(gateway)}.`);
    go(href(region, ["internet_gateways"]));
  };
  return (
    <ConfirmDialog
      title="Delete internet gateway"
      button="Delete internet gateway"
      word="delete"
      close={close}
      run={run}
    >
      <Box>
        <Box variant="strong">{gatewayTitle(gateway)}</Box> will be deleted for good.
      </Box>
    </ConfirmDialog>
  );
}
