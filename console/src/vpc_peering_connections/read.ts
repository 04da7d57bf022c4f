import type { Vpc, VpcPeeringConnection, VpcPeeringConnectionVpcInfo } from "@aws-sdk/client-ec2";
import { readPeeringConnections, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";
import { DASH, nameIn, titleOf } from "../resources/names";

/** A peering connection with the VPCs of this Region, whose names its list shows. */
export interface PeeringRow {
  connection: VpcPeeringConnection;
  requester: Vpc | undefined;
  accepter: Vpc | undefined;
}

export async function readPeeringRows(region: string): Promise<PeeringRow[]> {
  const [connections, vpcs] = await Promise.all([readPeeringConnections(region), readVpcs(region)]);
  const named = (id: string | undefined) => vpcs.find((it) => it.VpcId === id);
  return connections.map((connection) => ({
    connection,
    requester: named(connection.RequesterVpcInfo?.VpcId),
    accepter: named(connection.AccepterVpcInfo?.VpcId),
  }));
}

export function usePeering(region: string, id: string): PeeringRow | undefined {
  const { data } = useReading(`vpc_peering_connections/${region}`, () => readPeeringRows(region));
  return data?.find((it) => it.connection.VpcPeeringConnectionId === id);
}

export function peeringTitle({ VpcPeeringConnectionId, Tags }: VpcPeeringConnection): string {
  return titleOf(VpcPeeringConnectionId ?? "", nameIn(Tags));
}

/** An end's addresses. The API tells the accepter's only once it has accepted; a VPC of this Region is known. */
export function blocksOf(end: VpcPeeringConnectionVpcInfo | undefined, vpc: Vpc | undefined): string {
  const v4 = end?.CidrBlockSet?.flatMap((it) => it.CidrBlock ?? []) ?? [];
  const v6 = end?.Ipv6CidrBlockSet?.flatMap((it) => it.Ipv6CidrBlock ?? []) ?? [];
  return [...v4, ...v6].join(", ") || (vpc?.CidrBlock ?? DASH);
}

/** `vpc-0abc / web`; one of another Region or account has no name here. */
export function endTitle(end: VpcPeeringConnectionVpcInfo | undefined, vpc: Vpc | undefined): string {
  return titleOf(end?.VpcId ?? DASH, nameIn(vpc?.Tags));
}
