import {
  DescribeRouteTablesCommand,
  ReplaceRouteTableAssociationCommand,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { routeTableTitle } from "./read";

/** Makes a table the one that subnets without a table of their own follow. */
export function SetMainDialog(props: { region: string; table: RouteTable; close: () => void }) {
  const { region, table, close } = props;
  const title = routeTableTitle(table);
  const run = async () => {
    const { RouteTables } = await ec2(region).send(
      new DescribeRouteTablesCommand({
        Filters: [
          { Name: "vpc-id", Values: [table.VpcId ?? ""] },
          { Name: "association.main", Values: ["true"] },
        ],
      }),
    );
    const main = RouteTables?.[0]?.Associations?.find((it) => it.Main)?.RouteTableAssociationId;
    await ec2(region).send(
      new ReplaceRouteTableAssociationCommand({ AssociationId: main, RouteTableId: table.RouteTableId }),
    );
    succeed(`You successfully set ${title} as the main route table.`);
  };
  return (
    <ConfirmDialog title="Set main route table" button="OK" word="set" close={close} run={run}>
      <Box>
        Subnets of {table.VpcId} without a route table of their own will follow{" "}
        <Box variant="strong">{title}</Box>.
      </Box>
    </ConfirmDialog>
  );
}
