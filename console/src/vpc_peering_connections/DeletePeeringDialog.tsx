import {
  DeleteRouteCommand,
  DeleteVpcPeeringConnectionCommand,
  type VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { counted } from "../resources/names";
import { useRouteTables } from "../route_tables/read";
import { destination, destinationOf } from "../route_tables/routes";
import { routesTo } from "./RouteTablesTab";
import { peeringTitle } from "./read";

interface Props {
  region: string;
  connection: VpcPeeringConnection;
  close: () => void;
}

/** Deletes a peering connection, and the routes that would lead nowhere without it, if that is wanted. */
export function DeletePeeringDialog({ region, connection, close }: Props) {
  const tables = useRouteTables(region);
  const [withRoutes, setWithRoutes] = useState(false);
  const { VpcPeeringConnectionId } = connection;
  const routes = routesTo(VpcPeeringConnectionId ?? "", tables.data ?? []);
  const title = peeringTitle(connection);
  const run = async () => {
    const client = ec2(region);
    const unwanted = withRoutes ? routes : [];
    for (const { table, route } of unwanted) {
      const of = { RouteTableId: table.RouteTableId, ...destination(destinationOf(route)) };
      await client.send(new DeleteRouteCommand(of));
    }
    await client.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    const others = withRoutes
      ? ` ${unwanted.length} of ${routes.length} related route table entries were deleted.`
      : "";
    succeed(`You have deleted VPC peering connection ${title}.${others}`);
  };
  return (
    <ConfirmDialog
      title="Delete VPC peering connection"
      button="Delete"
      word="delete"
      isBlocked={!tables.data}
      close={close}
      run={run}
    >
      <Box>
        <Box variant="strong">{title}</Box> will be deleted for good. Routes that lead to it would stay, and
        lead nowhere.
      </Box>
      <Checkbox
        checked={withRoutes}
        description={`${counted(routes.length, "route")} of this Region`}
        onChange={({ detail }) => setWithRoutes(detail.checked)}
      >
        Delete related route table entries
      </Checkbox>
    </ConfirmDialog>
  );
}
