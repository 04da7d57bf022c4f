import {
  DeleteEgressOnlyInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DeleteNetworkAclCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcPeeringConnectionCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  type Tag,
} from "@aws-sdk/client-ec2";
import {
  readEgressOnlyInternetGateways,
  readEndpoints,
  readInternetGateways,
  readNatGateways,
  readNetworkAcls,
  readNetworkInterfaces,
  readPeeringConnections,
  readRouteTables,
  readSecurityGroups,
  readSubnets,
} from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { nameIn } from "../resources/names";
import { deleteEndpoints } from "../vpc_endpoints/delete";

/** Something that is in a VPC, and goes with it or stands in its way. */
export interface Content {
  id: string;
  name: string;
  kind: string;
  state: string;
  /** The noun's path, where the console has a page for it. */
  noun?: string;
}

/** What is to be done before a VPC is gone: the console's own chain, since the API deletes a VPC only when it is empty. */
export interface Contents {
  /** What must be gone first, by its owner's hand. */
  blocking: Content[];
  /** What goes with the VPC. */
  going: Content[];
  /** Deletes it all, in an order in which nothing is in use. */
  remove: () => Promise<void>;
}

const GONE = ["deleted", "deleting", "failed", "rejected", "expired"];

export async function contentsOf(region: string, vpc: string): Promise<Contents> {
  const client = ec2(region);
  const own = [{ Name: "vpc-id", Values: [vpc] }];
  const attached = [{ Name: "attachment.vpc-id", Values: [vpc] }];
  const asked = (end: string) => [{ Name: `${end}-vpc-info.vpc-id`, Values: [vpc] }];
  const [
    subnets,
    tables,
    gateways,
    egressOnly,
    acls,
    groups,
    endpoints,
    requested,
    accepted,
    nats,
    interfaces,
  ] = await Promise.all([
    readSubnets(region, own),
    readRouteTables(region, own),
    readInternetGateways(region, attached),
    readEgressOnlyInternetGateways(region),
    readNetworkAcls(region, own),
    readSecurityGroups(region, own),
    readEndpoints(region, own),
    readPeeringConnections(region, asked("requester")),
    readPeeringConnections(region, asked("accepter")),
    readNatGateways(region, own),
    readNetworkInterfaces(region, own),
  ]);
  const ownTables = tables.filter((it) => !it.Associations?.some((association) => association.Main));
  const ownEgressOnly = egressOnly.filter((it) =>
    it.Attachments?.some((attachment) => attachment.VpcId === vpc),
  );
  const ownAcls = acls.filter((it) => !it.IsDefault);
  const ownGroups = groups.filter((it) => it.GroupName !== "default");
  const isThere = (state: string | undefined) => !GONE.includes(state?.toLowerCase() ?? "");
  const ownEndpoints = endpoints.filter((it) => it.VpcEndpointType === "Gateway" && isThere(it.State));
  const peerings = [...requested, ...accepted].filter((it) => isThere(it.Status?.Code));
  const content = (
    kind: string,
    id: string | undefined,
    tags: Tag[] | undefined,
    state?: string,
    noun?: string,
  ) => ({
    id: id ?? "",
    name: nameIn(tags),
    kind,
    state: state ?? "available",
    ...(noun ? { noun } : {}),
  });
  const going = [
    ...subnets.map((it) => content("Subnet", it.SubnetId, it.Tags, it.State, "subnets")),
    ...ownTables.map((it) => content("Route table", it.RouteTableId, it.Tags, undefined, "route_tables")),
    ...gateways.map((it) =>
      content("Internet gateway", it.InternetGatewayId, it.Tags, "attached", "internet_gateways"),
    ),
    ...ownEgressOnly.map((it) =>
      content(
        "Egress-only internet gateway",
        it.EgressOnlyInternetGatewayId,
        it.Tags,
        undefined,
        "egress_only_internet_gateways",
      ),
    ),
    ...ownAcls.map((it) => content("Network ACL", it.NetworkAclId, it.Tags, undefined, "network_acls")),
    ...ownGroups.map((it) => content("Security group", it.GroupId, it.Tags, undefined, "security_groups")),
    ...ownEndpoints.map((it) =>
      content("Gateway endpoint", it.VpcEndpointId, it.Tags, it.State, "vpc_endpoints"),
    ),
    ...peerings.map((it) =>
      content(
        "Peering connection",
        it.VpcPeeringConnectionId,
        it.Tags,
        it.Status?.Code,
        "vpc_peering_connections",
      ),
    ),
  ];
  const blocking = [
    ...nats
      .filter((it) => isThere(it.State))
      .map((it) => content("NAT gateway", it.NatGatewayId, it.Tags, it.State, "nat_gateways")),
    ...endpoints
      .filter((it) => it.VpcEndpointType !== "Gateway" && isThere(it.State))
      .map((it) => content("Endpoint", it.VpcEndpointId, it.Tags, it.State, "vpc_endpoints")),
    ...interfaces.map((it) =>
      content("Network interface", it.NetworkInterfaceId, it.TagSet, it.Status, "network_interfaces"),
    ),
  ];
  const remove = async () => {
    for (const it of peerings) {
      await client.send(
        new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: it.VpcPeeringConnectionId }),
      );
    }
    if (ownEndpoints.length > 0) await deleteEndpoints(region, ownEndpoints);
    for (const table of ownTables) {
      for (const AssociationId of (table.Associations ?? []).flatMap(
        (it) => it.RouteTableAssociationId ?? [],
      )) {
        await client.send(new DisassociateRouteTableCommand({ AssociationId }));
      }
      await client.send(new DeleteRouteTableCommand({ RouteTableId: table.RouteTableId }));
    }
    for (const { InternetGatewayId } of gateways) {
      await client.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId: vpc }));
      await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }));
    }
    for (const { EgressOnlyInternetGatewayId } of ownEgressOnly) {
      await client.send(new DeleteEgressOnlyInternetGatewayCommand({ EgressOnlyInternetGatewayId }));
    }
    for (const { SubnetId } of subnets) await client.send(new DeleteSubnetCommand({ SubnetId }));
    for (const { NetworkAclId } of ownAcls) await client.send(new DeleteNetworkAclCommand({ NetworkAclId }));
    // Groups that name each other could not be deleted in any order.
    for (const group of ownGroups) await emptied(client, group);
    for (const { GroupId } of ownGroups) await client.send(new DeleteSecurityGroupCommand({ GroupId }));
    await client.send(new DeleteVpcCommand({ VpcId: vpc }));
  };
  return { blocking, going, remove };
}

async function emptied(client: EC2Client, { GroupId, IpPermissions, IpPermissionsEgress }: SecurityGroup) {
  if (IpPermissions?.some(namesAGroup)) {
    await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  }
  if (IpPermissionsEgress?.some(namesAGroup)) {
    await client.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }));
  }
}

function namesAGroup(permission: NonNullable<SecurityGroup["IpPermissions"]>[number]): boolean {
  return (permission.UserIdGroupPairs ?? []).length > 0;
}
