import type { NatGateway, NatGatewayAddress, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { readNatGateways, readSubnets, readVpcs } from "../clients/describe";
import { nameIn, titleOf } from "../resources/names";

/** A NAT gateway with what its list shows beside it. */
export interface NatGatewayRow {
  gateway: NatGateway;
  vpc: Vpc | undefined;
  subnet: Subnet | undefined;
}

export async function readNatGatewayRows(region: string): Promise<NatGatewayRow[]> {
  const [gateways, vpcs, subnets] = await Promise.all([
    readNatGateways(region),
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
