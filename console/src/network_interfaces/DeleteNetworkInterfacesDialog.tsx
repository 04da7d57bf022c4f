import { DeleteNetworkInterfaceCommand, type NetworkInterface } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { counted, nameIn, titleOf } from "../resources/names";

interface Props {
  region: string;
  interfaces: NetworkInterface[];
  close: () => void;
}

export function DeleteNetworkInterfacesDialog({ region, interfaces, close }: Props) {
  const titles = interfaces.map((it) => titleOf(it.NetworkInterfaceId ?? "", nameIn(it.TagSet)));
  const run = async () => {
    await runSteps(
      interfaces.map(({ NetworkInterfaceId }) => ({
        text: `${NetworkInterfaceId} was deleted`,
        run: () => ec2(region).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      })),
    );
    succeed(`You successfully deleted ${counted(interfaces.length, "network interface")}.`);
    go(href(region, ["network_interfaces"]));
  };
  return (
    <ConfirmDialog title="Delete network interface" button="Delete" close={close} run={run}>
      <Box>
        For good will be deleted: <Box variant="strong">{titles.join(", ")}</Box>
      </Box>
    </ConfirmDialog>
  );
}
