import { DeleteRouteTableCommand, type RouteTable } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { DeleteDialog } from "../dialogs/DeleteDialog";
import { routeTableTitle } from "./read";

export function DeleteRouteTableDialog(props: { region: string; table: RouteTable; close: () => void }) {
  const { region, table, close } = props;
  const { RouteTableId } = table;
  return (
    <DeleteDialog
      region={region}
      noun="route_tables"
      title="Delete route table"
      of={routeTableTitle(table)}
      close={close}
      remove={() => ec2(region).send(new DeleteRouteTableCommand({ RouteTableId }))}
    />
  );
}
