import {
  DescribeAddressesCommand,
  paginateDescribeDhcpOptions,
  paginateDescribeEgressOnlyInternetGateways,
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
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";

/** A kind of resource that the dashboard counts. Its noun is not loaded for that: it is much more than a number. */
interface Counted {
  path: string;
  title: string;
  count: (pages: { client: ReturnType<typeof ec2> }) => Promise<unknown[]>;
}

const COUNTED: Counted[] = [
  { path: "vpcs", title: "Your VPCs", count: (it) => all(paginateDescribeVpcs(it, {}), (page) => page.Vpcs) },
  {
    path: "subnets",
    title: "Subnets",
    count: (it) => all(paginateDescribeSubnets(it, {}), (page) => page.Subnets),
  },
  {
    path: "route_tables",
    title: "Route tables",
    count: (it) => all(paginateDescribeRouteTables(it, {}), (page) => page.RouteTables),
  },
  {
    path: "internet_gateways",
    title: "Internet gateways",
    count: (it) => all(paginateDescribeInternetGateways(it, {}), (page) => page.InternetGateways),
  },
  {
    path: "egress_only_internet_gateways",
    title: "Egress-only internet gateways",
    count: (it) =>
      all(paginateDescribeEgressOnlyInternetGateways(it, {}), (page) => page.EgressOnlyInternetGateways),
  },
  {
    path: "dhcp_options",
    title: "DHCP option sets",
    count: (it) => all(paginateDescribeDhcpOptions(it, {}), (page) => page.DhcpOptions),
  },
  {
    path: "nat_gateways",
    title: "NAT gateways",
    count: (it) => all(paginateDescribeNatGateways(it, {}), (page) => page.NatGateways),
  },
  {
    path: "vpc_peering_connections",
    title: "Peering connections",
    count: (it) => all(paginateDescribeVpcPeeringConnections(it, {}), (page) => page.VpcPeeringConnections),
  },
  {
    path: "vpc_endpoints",
    title: "Endpoints",
    count: (it) => all(paginateDescribeVpcEndpoints(it, {}), (page) => page.VpcEndpoints),
  },
  {
    path: "security_groups",
    title: "Security groups",
    count: (it) => all(paginateDescribeSecurityGroups(it, {}), (page) => page.SecurityGroups),
  },
  {
    path: "network_acls",
    title: "Network ACLs",
    count: (it) => all(paginateDescribeNetworkAcls(it, {}), (page) => page.NetworkAcls),
  },
  {
    path: "elastic_ips",
    title: "Elastic IP addresses",
    count: async ({ client }) => (await client.send(new DescribeAddressesCommand({}))).Addresses ?? [],
  },
  {
    path: "network_interfaces",
    title: "Network interfaces",
    count: (it) => all(paginateDescribeNetworkInterfaces(it, {}), (page) => page.NetworkInterfaces),
  },
  {
    path: "prefix_lists",
    title: "Managed prefix lists",
    count: (it) => all(paginateDescribeManagedPrefixLists(it, {}), (page) => page.PrefixLists),
  },
];

export async function readCounts(region: string) {
  const pages = { client: ec2(region) };
  const counted = COUNTED.map(async ({ path, title, count }) => ({
    path,
    title,
    count: (await count(pages)).length,
  }));
  return Promise.all(counted);
}
