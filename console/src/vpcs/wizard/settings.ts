import { contains, overlap, parseCidr, problemOf } from "../../forms/cidr";
import type { TypedTag } from "../../forms/TagsEditor";

/** How many Availability Zones the wizard offers at most. */
export const ZONES_MAX = 3;

/** What is typed and chosen in "VPC and more". */
export interface Settings {
  /** The tags Name are made from the project. */
  isNamed: boolean;
  project: string;
  cidr: string;
  hasIpv6: boolean;
  tenancy: "default" | "dedicated";
  zoneCount: number;
  /** Zones chosen by hand, by their place; the others are the Region's first ones. */
  zones: Record<number, string>;
  /** For each zone: a choice of four private subnets in two zones is one of two in one. */
  publicPerZone: number;
  privatePerZone: number;
  /** Blocks typed by hand, by the subnet's key. */
  blocks: Record<string, string>;
  nat: "none" | "one" | "each";
  hasEgressOnly: boolean;
  endpoint: "none" | "s3";
  dnsHostnames: boolean;
  dnsResolution: boolean;
  tags: TypedTag[];
}

export const DEFAULTS: Settings = {
  isNamed: true,
  project: "project",
  cidr: "10.0.0.0/16",
  hasIpv6: false,
  tenancy: "default",
  zoneCount: 2,
  zones: {},
  publicPerZone: 1,
  privatePerZone: 1,
  blocks: {},
  nat: "none",
  hasEgressOnly: false,
  endpoint: "s3",
  dnsHostnames: true,
  dnsResolution: true,
  tags: [],
};

/** The zones that are chosen, of the Region's. */
export function zonesOf(settings: Settings, offered: string[]): string[] {
  const count = Math.min(settings.zoneCount, offered.length);
  return Array.from({ length: count }, (_, at) => settings.zones[at] ?? offered[at] ?? "");
}

/** A NAT gateway is in a public subnet, and works for private ones. */
export function canHaveNat({ publicPerZone, privatePerZone }: Settings): boolean {
  return publicPerZone > 0 && privatePerZone > 0;
}

/** What is wrong, by the field it is shown under: `cidr`, `zones`, `dns` or a subnet's key. */
export function problemsOf(
  settings: Settings,
  zones: string[],
  subnets: { key: string; cidr: string }[],
): Record<string, string> {
  const problems: Record<string, string> = {};
  const block = problemOf(settings.cidr);
  if (block) problems.cidr = block;
  if (new Set(zones).size < zones.length) problems.zones = "Choose another zone for each.";
  if (settings.dnsHostnames && !settings.dnsResolution) {
    problems.dns = "DNS hostnames need DNS resolution.";
  }
  const outer = parseCidr(settings.cidr);
  subnets.forEach(({ key, cidr }, at) => {
    const own = parseCidr(cidr);
    const before = subnets.slice(0, at).find((it) => {
      const other = parseCidr(it.cidr);
      return own && other && overlap(own, other);
    });
    const isOutside = outer && own && !contains(outer, own);
    const problem =
      problemOf(cidr) ?? (isOutside ? `The block must lie within the VPC's: ${settings.cidr}.` : undefined);
    if (problem) problems[key] = problem;
    else if (before) problems[key] = `CIDR Address overlaps with existing Subnet CIDR: ${before.cidr}`;
  });
  return problems;
}
