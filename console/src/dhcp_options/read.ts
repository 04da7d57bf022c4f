import type { DhcpOptions, Vpc } from "@aws-sdk/client-ec2";
import { readDhcpOptions, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** A set with the VPCs that have it. */
export interface DhcpOptionsRow {
  options: DhcpOptions;
  vpcs: Vpc[];
}

export async function readDhcpOptionsRows(region: string): Promise<DhcpOptionsRow[]> {
  const [sets, vpcs] = await Promise.all([readDhcpOptions(region), readVpcs(region)]);
  return sets.map((options) => ({
    options,
    vpcs: vpcs.filter((it) => it.DhcpOptionsId === options.DhcpOptionsId),
  }));
}

/** The sets of a Region, for selects. */
export function useDhcpOptions(region: string) {
  return useReading(`all-dhcp-options/${region}`, () => readDhcpOptions(region));
}

export function optionsTitle({ DhcpOptionsId, Tags }: DhcpOptions): string {
  return titleOf(DhcpOptionsId ?? "", nameIn(Tags));
}

/** `domain-name-servers = AmazonProvidedDNS; domain-name = ec2.internal`. */
export function sentenceOf({ DhcpConfigurations = [] }: DhcpOptions): string {
  return DhcpConfigurations.map(({ Key, Values = [] }) => {
    const values = Values.map((it) => it.Value).join(", ");
    return `${Key} = ${values}`;
  }).join("; ");
}
