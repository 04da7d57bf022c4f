import { DeleteRouteTableCommand, type RouteTable } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { nameIn, titleOf } from "../resources/names";

export function DeleteRouteTableDialog(props: { region: string; table: RouteTable; close: () => void }) {
  const { region, table, close } = props;
  const title = titleOf(table.RouteTableId ?? "", nameIn(table.Tags));
  const run = async () => {
    await ec2(region).send(new DeleteRouteTableCommand({ RouteTableId: table.RouteTableId }));
    succeed(`You successfully deleted ${title}.`);
    go(href(region, ["route_tables"]));
  };
  return (
    <ConfirmDialog title="Delete route table" button="Delete" word="delete" close={close} run={run}>
      <Box>
        <Box variant="strong">{title}</Box> will be deleted for good.
      </Box>
    </ConfirmDialog>
  );
}
