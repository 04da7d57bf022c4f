import type { NetworkInterface, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { readNetworkInterfaces, readSubnets, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";

/** A network interface with what its list shows beside it. */
export interface NetworkInterfaceRow {
  it: NetworkInterface;
  subnet: Subnet | undefined;
  vpc: Vpc | undefined;
}

export async function readNetworkInterfaceRows(region: string): Promise<NetworkInterfaceRow[]> {
  const [interfaces, subnets, vpcs] = await Promise.all([
    readNetworkInterfaces(region),
    readSubnets(region),
    readVpcs(region),
  ]);
  const subnetsById = new Map(subnets.map((subnet) => [subnet.SubnetId, subnet]));
  const vpcsById = new Map(vpcs.map((vpc) => [vpc.VpcId, vpc]));
  return interfaces.map((it) => ({
    it,
    subnet: subnetsById.get(it.SubnetId),
    vpc: vpcsById.get(it.VpcId),
  }));
}

/** The network interfaces of a Region, for forms. */
export function useNetworkInterfaces(region: string) {
  return useReading(`all-network-interfaces/${region}`, () => readNetworkInterfaces(region));
}

/** The private IPv4 addresses of an interface, the primary one first. */
export function privateAddresses(it: NetworkInterface | undefined): string[] {
  return (it?.PrivateIpAddresses ?? []).flatMap((address) => address.PrivateIpAddress ?? []);
}

/** Whether a service made it for itself, and only that service takes it away. */
export function isOfService({ RequesterManaged }: NetworkInterface): boolean {
  return RequesterManaged ?? false;
}

/** The first interface of an instance, which goes with it. */
export function isPrimary({ Attachment }: NetworkInterface): boolean {
  return Attachment?.DeviceIndex === 0;
}
