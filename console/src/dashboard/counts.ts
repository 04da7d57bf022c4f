import {
  readAddresses,
  readDhcpOptions,
  readEgressOnlyInternetGateways,
  readEndpoints,
  readInternetGateways,
  readNatGateways,
  readNetworkAcls,
  readNetworkInterfaces,
  readPeeringConnections,
  readPrefixLists,
  readRouteTables,
  readSecurityGroups,
  readSubnets,
  readVpcs,
} from "../clients/describe";

/** A kind of resource that the dashboard counts. Its noun is not loaded for that: it is much more than a number. */
export interface Counted {
  path: string;
  title: string;
  read: (region: string) => Promise<unknown[]>;
}

const COUNTED: Counted[] = [
  { path: "vpcs", title: "Your VPCs", read: readVpcs },
  { path: "subnets", title: "Subnets", read: readSubnets },
  { path: "route_tables", title: "Route tables", read: readRouteTables },
  { path: "internet_gateways", title: "Internet gateways", read: readInternetGateways },
  {
    path: "egress_only_internet_gateways",
    title: "Egress-only internet gateways",
    read: readEgressOnlyInternetGateways,
  },
  { path: "dhcp_options", title: "DHCP option sets", read: readDhcpOptions },
  { path: "nat_gateways", title: "NAT gateways", read: readNatGateways },
  { path: "vpc_peering_connections", title: "Peering connections", read: readPeeringConnections },
  { path: "vpc_endpoints", title: "Endpoints", read: readEndpoints },
  { path: "security_groups", title: "Security groups", read: readSecurityGroups },
  { path: "network_acls", title: "Network ACLs", read: readNetworkAcls },
  { path: "elastic_ips", title: "Elastic IP addresses", read: readAddresses },
  { path: "network_interfaces", title: "Network interfaces", read: readNetworkInterfaces },
  { path: "prefix_lists", title: "Managed prefix lists", read: readPrefixLists },
];

export function readCounts(region: string) {
  return countsOf(COUNTED, region);
}

/** How many there are of each. */
export function countsOf(counted: Counted[], region: string): Promise<Count[]> {
  return Promise.all(
    counted.map(async ({ path, title, read }) => ({ path, title, count: (await read(region)).length })),
  );
}

export interface Count {
  path: string;
  title: string;
  count: number;
}
