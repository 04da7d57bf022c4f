import { DeleteEgressOnlyInternetGatewayCommand, type EgressOnlyInternetGateway } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { nameIn, titleOf } from "../resources/names";

interface Props {
  region: string;
  gateway: EgressOnlyInternetGateway;
  close: () => void;
}

export function DeleteEgressOnlyInternetGatewayDialog({ region, gateway, close }: Props) {
  const { EgressOnlyInternetGatewayId } = gateway;
  const title = titleOf(EgressOnlyInternetGatewayId ?? "", nameIn(gateway.Tags));
  const run = async () => {
    await ec2(region).send(new DeleteEgressOnlyInternetGatewayCommand({ EgressOnlyInternetGatewayId }));
    succeed(`You successfully deleted ${title}.`);
    go(href(region, ["egress_only_internet_gateways"]));
  };
  return (
    <ConfirmDialog
      title="Delete egress only internet gateway"
      button="Delete"
      word="delete"
      close={close}
      run={run}
    >
      <Box>
        <Box variant="strong">{title}</Box> will be deleted for good. Routes that lead to it stay, and lead
        nowhere.
      </Box>
    </ConfirmDialog>
  );
}
