import { DeleteDhcpOptionsCommand, type DhcpOptions } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { optionsTitle } from "./read";

interface Props {
  region: string;
  options: DhcpOptions;
  close: () => void;
}

export function DeleteDhcpOptionsDialog({ region, options, close }: Props) {
  const title = optionsTitle(options);
  const run = async () => {
    await ec2(region).send(new DeleteDhcpOptionsCommand({ DhcpOptionsId: options.DhcpOptionsId }));
    succeed(`You successfully deleted ${title}.`);
    go(href(region, ["dhcp_options"]));
  };
  return (
    <ConfirmDialog title="Delete DHCP option set" button="Delete" word="delete" close={close} run={run}>
      <Box>
        <Box variant="strong">{title}</Box> will be deleted for good.
      </Box>
    </ConfirmDialog>
  );
}
