import {
  type NatGateway,
  type NatGatewayAddress,
  paginateDescribeNatGateways,
  type Subnet,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { nameIn, titleOf } from "../resources/names";
import { readSubnets } from "../subnets/read";
import { readVpcs } from "../vpcs/read";

/** A NAT gateway with what its list shows beside it. */
export interface NatGatewayRow {
  gateway: NatGateway;
  vpc: Vpc | undefined;
  subnet: Subnet | undefined;
}

export async function readNatGatewayRows(region: string): Promise<NatGatewayRow[]> {
  const [gateways, vpcs, subnets] = await Promise.all([
    all(paginateDescribeNatGateways({ client: ec2(region) }, {}), (page) => page.NatGateways),
    readVpcs(region),
    readSubnets(region),
  ]);
  return gateways.map((gateway) => ({
    gateway,
    vpc: vpcs.find((it) => it.VpcId === gateway.VpcId),
    subnet: subnets.find((it) => it.SubnetId === gateway.SubnetId),
  }));
}

export function gatewayTitle(gateway: NatGateway): string {
  return titleOf(gateway.NatGatewayId ?? "", nameIn(gateway.Tags));
}

export function primaryOf({ NatGatewayAddresses = [] }: NatGateway): NatGatewayAddress | undefined {
  return NatGatewayAddresses.find((it) => it.IsPrimary) ?? NatGatewayAddresses[0];
}

export function secondaryOf(gateway: NatGateway): NatGatewayAddress[] {
  const primary = primaryOf(gateway);
  return (gateway.NatGatewayAddresses ?? []).filter((it) => it !== primary);
}
