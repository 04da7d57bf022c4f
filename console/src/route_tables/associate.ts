import {
  AssociateRouteTableCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteTableAssociationCommand,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";

/** Has a subnet follow another table, or, without one, the VPC's main one: that needs no association. */
export async function associate(
  region: string,
  tables: RouteTable[],
  SubnetId: string,
  RouteTableId: string | undefined,
) {
  const associations = tables.flatMap((it) => it.Associations ?? []);
  const AssociationId = associations.find((it) => it.SubnetId === SubnetId)?.RouteTableAssociationId;
  if (!AssociationId) {
    await ec2(region).send(new AssociateRouteTableCommand({ SubnetId, RouteTableId }));
  } else if (RouteTableId) {
    await ec2(region).send(new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId }));
  } else {
    await ec2(region).send(new DisassociateRouteTableCommand({ AssociationId }));
  }
}
