import type {
  EgressOnlyInternetGateway,
  InternetGateway,
  NatGateway,
  RouteTable,
  Subnet,
  Tag,
  Vpc,
  VpcEndpoint,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import {
  readEgressOnlyInternetGateways,
  readEndpoints,
  readInternetGateways,
  readNatGateways,
  readPeeringConnections,
  readRouteTables,
  readSubnets,
} from "../clients/describe";
import type { MapGraph, MapItem, MapLine } from "../resource_map/graph";
import { counted, DASH, nameIn, yesNo } from "../resources/names";
import { isMain, routeTableOf } from "../route_tables/read";
import { destinationOf, targetOf } from "../route_tables/routes";
import { ipv4Blocks } from "./read";

/** What of a VPC its map shows. */
interface Mapped {
  vpc: Vpc;
  subnets: Subnet[];
  tables: RouteTable[];
  internetGateways: InternetGateway[];
  egressOnly: EgressOnlyInternetGateway[];
  nats: NatGateway[];
  endpoints: VpcEndpoint[];
  peerings: VpcPeeringConnection[];
}

export async function readGraph(region: string, vpc: Vpc): Promise<MapGraph> {
  const id = vpc.VpcId ?? "";
  const own = [{ Name: "vpc-id", Values: [id] }];
  const attached = [{ Name: "attachment.vpc-id", Values: [id] }];
  const [subnets, tables, internetGateways, egressOnly, nats, endpoints, peerings] = await Promise.all([
    readSubnets(region, own),
    readRouteTables(region, own),
    readInternetGateways(region, attached),
    readEgressOnlyInternetGateways(region),
    readNatGateways(region, own),
    readEndpoints(region, own),
    readPeeringConnections(region),
  ]);
  return graphOf({
    vpc,
    subnets,
    tables,
    internetGateways,
    egressOnly: egressOnly.filter((it) => it.Attachments?.some((end) => end.VpcId === id)),
    nats: nats.filter((it) => it.State?.toLowerCase() !== "deleted"),
    endpoints: endpoints.filter((it) => it.State?.toLowerCase() !== "deleted"),
    peerings: peerings.filter((it) => isBetween(it, id) && it.Status?.Code === "active"),
  });
}

function isBetween({ RequesterVpcInfo, AccepterVpcInfo }: VpcPeeringConnection, vpc: string): boolean {
  return RequesterVpcInfo?.VpcId === vpc || AccepterVpcInfo?.VpcId === vpc;
}

function graphOf(mapped: Mapped): MapGraph {
  const { vpc, subnets, tables } = mapped;
  const connections = connectionsOf(mapped);
  const targets = new Set(connections.map((it) => it.id));
  const followed = subnets.map((subnet) => ({ subnet, table: routeTableOf(subnet, tables) }));
  const followers = (table: RouteTable) => followed.filter((it) => it.table === table).length;
  // Public tables first, and one without subnets, such as an unused main one, last.
  const rank = (table: RouteTable) => (followers(table) === 0 ? 2 : Number(!leadsToInternet(table)));
  const inOrder = [...tables].sort((one, other) => rank(one) - rank(other));
  const belonging = followed.flatMap(({ subnet, table }): MapLine[] => [
    { from: vpc.VpcId ?? "", to: subnet.SubnetId ?? "", isTraffic: false },
    { from: subnet.SubnetId ?? "", to: table?.RouteTableId ?? "", isTraffic: false },
  ]);
  const traffic = tables.flatMap((table) =>
    [...new Set((table.Routes ?? []).map(targetOf))]
      .filter((to) => targets.has(to))
      .map((to): MapLine => ({ from: table.RouteTableId ?? "", to, isTraffic: true })),
  );
  return {
    items: [
      vpcItem(vpc),
      ...followed.map(({ subnet, table }) => subnetItem(subnet, table)),
      ...inOrder.map((table) => tableItem(table, followers(table))),
      ...connections,
    ],
    lines: [...belonging, ...traffic],
  };
}

function vpcItem(vpc: Vpc): MapItem {
  const id = vpc.VpcId ?? "";
  const cidrs = ipv4Blocks(vpc).join(", ");
  return {
    id,
    column: "vpc",
    text: nameIn(vpc.Tags) || id,
    note: cidrs,
    noun: "vpcs",
    facts: [{ label: "IPv4 CIDR", value: cidrs }],
  };
}

function subnetItem(subnet: Subnet, table: RouteTable | undefined): MapItem {
  const id = subnet.SubnetId ?? "";
  const zone = subnet.AvailabilityZone ?? "";
  return {
    id,
    column: "subnets",
    text: nameIn(subnet.Tags) || id,
    note: subnet.CidrBlock ?? "",
    zone,
    isPublic: leadsToInternet(table),
    noun: "subnets",
    facts: [
      { label: "Availability Zone", value: zone },
      { label: "IPv4 CIDR", value: subnet.CidrBlock ?? DASH },
      { label: "Available IPv4 addresses", value: String(subnet.AvailableIpAddressCount ?? DASH) },
    ],
  };
}

function leadsToInternet(table: RouteTable | undefined): boolean {
  return table?.Routes?.some((it) => targetOf(it).startsWith("igw-")) ?? false;
}

function tableItem(table: RouteTable, followers: number): MapItem {
  const id = table.RouteTableId ?? "";
  const routes = table.Routes ?? [];
  return {
    id,
    column: "route_tables",
    text: nameIn(table.Tags) || id,
    note: `${counted(followers, "subnet")}, ${counted(routes.length, "route")}`,
    noun: "route_tables",
    facts: [
      { label: "Main", value: yesNo(isMain(table)) },
      ...routes.map((it) => ({ label: destinationOf(it), value: targetOf(it) })),
    ],
  };
}

function connectionsOf(mapped: Mapped): MapItem[] {
  const item = (
    kind: string,
    noun: string,
    id: string | undefined,
    tags: Tag[] | undefined,
    more: MapItem["facts"] = [],
  ): MapItem => ({
    id: id ?? "",
    column: "connections",
    text: nameIn(tags) || (id ?? ""),
    note: kind,
    noun,
    facts: [{ label: "Type", value: kind }, ...more],
  });
  return [
    ...mapped.internetGateways.map((it) =>
      item("Internet gateway", "internet_gateways", it.InternetGatewayId, it.Tags),
    ),
    ...mapped.egressOnly.map((it) =>
      item(
        "Egress-only internet gateway",
        "egress_only_internet_gateways",
        it.EgressOnlyInternetGatewayId,
        it.Tags,
      ),
    ),
    ...mapped.nats.map((it) =>
      item("NAT gateway", "nat_gateways", it.NatGatewayId, it.Tags, [
        { label: "Subnet", value: it.SubnetId ?? DASH },
        { label: "State", value: it.State ?? DASH },
      ]),
    ),
    ...mapped.endpoints.map((it) =>
      item(`${it.VpcEndpointType} endpoint`, "vpc_endpoints", it.VpcEndpointId, it.Tags, [
        { label: "Service name", value: it.ServiceName ?? DASH },
      ]),
    ),
    ...mapped.peerings.map((it) =>
      item("Peering connection", "vpc_peering_connections", it.VpcPeeringConnectionId, it.Tags, [
        { label: "Requester VPC", value: it.RequesterVpcInfo?.VpcId ?? DASH },
        { label: "Accepter VPC", value: it.AccepterVpcInfo?.VpcId ?? DASH },
      ]),
    ),
  ];
}
