import {
  DescribeVpcAttributeCommand,
  type NetworkAcl,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeVpcs,
  type RouteTable,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** A VPC with what its list shows beside it. */
export interface VpcRow {
  vpc: Vpc;
  mainRouteTable: RouteTable | undefined;
  mainNetworkAcl: NetworkAcl | undefined;
}

export async function readVpcs(region: string): Promise<Vpc[]> {
  return all(paginateDescribeVpcs({ client: ec2(region) }, {}), (page) => page.Vpcs);
}

export async function readVpcRows(region: string): Promise<VpcRow[]> {
  const client = ec2(region);
  const main = { Filters: [{ Name: "association.main", Values: ["true"] }] };
  const isDefault = { Filters: [{ Name: "default", Values: ["true"] }] };
  const [vpcs, routeTables, networkAcls] = await Promise.all([
    readVpcs(region),
    all(paginateDescribeRouteTables({ client }, main), (page) => page.RouteTables),
    all(paginateDescribeNetworkAcls({ client }, isDefault), (page) => page.NetworkAcls),
  ]);
  return vpcs.map((vpc) => ({
    vpc,
    mainRouteTable: routeTables.find((it) => it.VpcId === vpc.VpcId),
    mainNetworkAcl: networkAcls.find((it) => it.VpcId === vpc.VpcId),
  }));
}

export interface VpcAttributes {
  dnsHostnames: boolean;
  dnsResolution: boolean;
  usageMetrics: boolean;
}

export async function readVpcAttributes(region: string, VpcId: string): Promise<VpcAttributes> {
  const ask = (Attribute: "enableDnsHostnames" | "enableDnsSupport" | "enableNetworkAddressUsageMetrics") =>
    ec2(region).send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
  const [hostnames, support, usage] = await Promise.all([
    ask("enableDnsHostnames"),
    ask("enableDnsSupport"),
    ask("enableNetworkAddressUsageMetrics"),
  ]);
  return {
    dnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
    dnsResolution: support.EnableDnsSupport?.Value ?? false,
    usageMetrics: usage.EnableNetworkAddressUsageMetrics?.Value ?? false,
  };
}

/** The VPCs of a Region, for selects. */
export function useVpcs(region: string) {
  return useReading(`all-vpcs/${region}`, () => readVpcs(region));
}

export function vpcName(vpc: Vpc): string {
  return nameIn(vpc.Tags);
}

export function vpcTitle(vpc: Vpc): string {
  return titleOf(vpc.VpcId ?? "", vpcName(vpc));
}

/** The IPv4 blocks that a VPC has now. */
export function ipv4Blocks(vpc: Vpc): string[] {
  const associated = (vpc.CidrBlockAssociationSet ?? []).filter(
    (it) => it.CidrBlockState?.State === "associated",
  );
  return associated.flatMap((it) => it.CidrBlock ?? []);
}

export function ipv6Blocks(vpc: Vpc): string[] {
  const all = vpc.Ipv6CidrBlockAssociationSet ?? [];
  return all
    .filter((it) => it.Ipv6CidrBlockState?.State === "associated")
    .flatMap((it) => it.Ipv6CidrBlock ?? []);
}
