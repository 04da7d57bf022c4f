import { DeleteInternetGatewayCommand, type InternetGateway } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { DeleteDialog } from "../dialogs/DeleteDialog";
import { gatewayTitle } from "./attachment";

interface Props {
  region: string;
  gateway: InternetGateway;
  close: () => void;
}

export function DeleteInternetGatewayDialog({ region, gateway, close }: Props) {
  const { InternetGatewayId } = gateway;
  return (
    <DeleteDialog
      region={region}
      noun="internet_gateways"
      title="Delete internet gateway"
      button="Delete internet gateway"
      of={gatewayTitle(gateway)}
      close={close}
      remove={() => ec2(region).send(new DeleteInternetGatewayCommand({ InternetGatewayId }))}
    />
  );
}
