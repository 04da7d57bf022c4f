import { DescribeVpcAttributeCommand, type NetworkAcl, type RouteTable, type Vpc } from "@aws-sdk/client-ec2";
import { readNetworkAcls, readRouteTables, readVpcs } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** A VPC with what its list shows beside it. */
export interface VpcRow {
  vpc: Vpc;
  mainRouteTable: RouteTable | undefined;
  mainNetworkAcl: NetworkAcl | undefined;
}

export async function readVpcRows(region: string): Promise<VpcRow[]> {
  const [vpcs, routeTables, networkAcls] = await Promise.all([
    readVpcs(region),
    readRouteTables(region, [{ Name: "association.main", Values: ["true"] }]),
    readNetworkAcls(region, [{ Name: "default", Values: ["true"] }]),
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
