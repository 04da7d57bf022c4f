import { DeleteEgressOnlyInternetGatewayCommand, type EgressOnlyInternetGateway } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { DeleteDialog } from "../dialogs/DeleteDialog";
import { nameIn, titleOf } from "../resources/names";

interface Props {
  region: string;
  gateway: EgressOnlyInternetGateway;
  close: () => void;
}

export function DeleteEgressOnlyInternetGatewayDialog({ region, gateway, close }: Props) {
  const { EgressOnlyInternetGatewayId, Tags } = gateway;
  const remove = () =>
    ec2(region).send(new DeleteEgressOnlyInternetGatewayCommand({ EgressOnlyInternetGatewayId }));
  return (
    <DeleteDialog
      region={region}
      noun="egress_only_internet_gateways"
      title="Delete egress only internet gateway"
      of={titleOf(EgressOnlyInternetGatewayId ?? "", nameIn(Tags))}
      more="Routes that lead to it stay, and lead nowhere."
      close={close}
      remove={remove}
    />
  );
}
