import {
  type Address,
  type AvailabilityZone,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  type DhcpOptions,
  type EgressOnlyInternetGateway,
  type Filter,
  type FlowLog,
  type Instance,
  type InternetGateway,
  type ManagedPrefixList,
  type NatGateway,
  type NetworkAcl,
  type NetworkInterface,
  paginateDescribeDhcpOptions,
  paginateDescribeEgressOnlyInternetGateways,
  paginateDescribeFlowLogs,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeManagedPrefixLists,
  paginateDescribeNatGateways,
  paginateDescribeNetworkAcls,
  paginateDescribeNetworkInterfaces,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type Vpc,
  type VpcEndpoint,
  type VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import { ec2 } from "./ec2";
import { all } from "./pages";

// What there is of each kind in a Region: all of it, or what the filters leave. Lists, forms, dialogs and counts ask here.

export function readVpcs(region: string): Promise<Vpc[]> {
  return all(paginateDescribeVpcs({ client: ec2(region) }, {}), (page) => page.Vpcs);
}

export function readSubnets(region: string, Filters?: Filter[]): Promise<Subnet[]> {
  return all(paginateDescribeSubnets({ client: ec2(region) }, { Filters }), (page) => page.Subnets);
}

export function readRouteTables(region: string, Filters?: Filter[]): Promise<RouteTable[]> {
  return all(paginateDescribeRouteTables({ client: ec2(region) }, { Filters }), (page) => page.RouteTables);
}

export function readNetworkAcls(region: string, Filters?: Filter[]): Promise<NetworkAcl[]> {
  return all(paginateDescribeNetworkAcls({ client: ec2(region) }, { Filters }), (page) => page.NetworkAcls);
}

export function readSecurityGroups(region: string, Filters?: Filter[]): Promise<SecurityGroup[]> {
  return all(
    paginateDescribeSecurityGroups({ client: ec2(region) }, { Filters }),
    (page) => page.SecurityGroups,
  );
}

export function readInternetGateways(region: string, Filters?: Filter[]): Promise<InternetGateway[]> {
  return all(
    paginateDescribeInternetGateways({ client: ec2(region) }, { Filters }),
    (page) => page.InternetGateways,
  );
}

export function readEgressOnlyInternetGateways(region: string): Promise<EgressOnlyInternetGateway[]> {
  return all(
    paginateDescribeEgressOnlyInternetGateways({ client: ec2(region) }, {}),
    (page) => page.EgressOnlyInternetGateways,
  );
}

/** The call's member is `Filter`, unlike most others'. */
export function readNatGateways(region: string, Filters?: Filter[]): Promise<NatGateway[]> {
  return all(
    paginateDescribeNatGateways({ client: ec2(region) }, { Filter: Filters }),
    (page) => page.NatGateways,
  );
}

export function readPeeringConnections(region: string, Filters?: Filter[]): Promise<VpcPeeringConnection[]> {
  return all(
    paginateDescribeVpcPeeringConnections({ client: ec2(region) }, { Filters }),
    (page) => page.VpcPeeringConnections,
  );
}

export function readEndpoints(region: string, Filters?: Filter[]): Promise<VpcEndpoint[]> {
  return all(paginateDescribeVpcEndpoints({ client: ec2(region) }, { Filters }), (page) => page.VpcEndpoints);
}

export function readDhcpOptions(region: string): Promise<DhcpOptions[]> {
  return all(paginateDescribeDhcpOptions({ client: ec2(region) }, {}), (page) => page.DhcpOptions);
}

export function readNetworkInterfaces(region: string, Filters?: Filter[]): Promise<NetworkInterface[]> {
  return all(
    paginateDescribeNetworkInterfaces({ client: ec2(region) }, { Filters }),
    (page) => page.NetworkInterfaces,
  );
}

/** The call's member is `Filter`, as NAT gateways' is. */
export function readFlowLogs(region: string, Filters?: Filter[]): Promise<FlowLog[]> {
  return all(paginateDescribeFlowLogs({ client: ec2(region) }, { Filter: Filters }), (page) => page.FlowLogs);
}

export function readPrefixLists(region: string): Promise<ManagedPrefixList[]> {
  return all(paginateDescribeManagedPrefixLists({ client: ec2(region) }, {}), (page) => page.PrefixLists);
}

/** Those that are not terminated: these stay for a while, and are of no use. */
export async function readInstances(region: string): Promise<Instance[]> {
  return (await readAllInstances(region)).filter((it) => it.State?.Name !== "terminated");
}

export async function readAllInstances(region: string): Promise<Instance[]> {
  const found = await all(
    paginateDescribeInstances({ client: ec2(region) }, {}),
    (page) => page.Reservations,
  );
  return found.flatMap((it) => it.Instances ?? []);
}

export async function readAddresses(region: string): Promise<Address[]> {
  return (await ec2(region).send(new DescribeAddressesCommand({}))).Addresses ?? [];
}

export async function readAvailabilityZones(region: string): Promise<AvailabilityZone[]> {
  const answer = await ec2(region).send(new DescribeAvailabilityZonesCommand({}));
  return answer.AvailabilityZones ?? [];
}
