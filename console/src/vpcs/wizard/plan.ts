import { formatCidr, neighbour, parseCidr } from "../../forms/cidr";
import type { MapGraph, MapItem, MapLine } from "../../resource_map/graph";
import { counted } from "../../resources/names";
import { canHaveNat, type Settings } from "./settings";

/** How much smaller than the VPC's the subnets' blocks are: a /16 has /20s. */
const SUBNET_BITS = 4;
const SUBNET_PREFIX_MAX = 28;

export interface PlannedSubnet {
  key: string;
  name: string;
  zone: string;
  isPublic: boolean;
  cidr: string;
  /** The key of the route table that it will follow. */
  table: string;
}

export interface PlannedTable {
  key: string;
  name: string;
  /** The keys of what it has routes to, beside the VPC itself. */
  routes: { destination: string; target: string }[];
}

/** A NAT gateway, with the subnet that it is in. */
export interface PlannedNat {
  key: string;
  name: string;
  addressName: string;
  subnet: string;
  zone: string;
}

/** All that "VPC and more" will make, by keys that stand for identifiers until there are some. */
export interface Plan {
  vpc: { key: string; name: string };
  subnets: PlannedSubnet[];
  tables: PlannedTable[];
  internetGateway?: { key: string; name: string };
  egressOnly?: { key: string; name: string };
  nats: PlannedNat[];
  endpoint?: { key: string; name: string; tables: string[] };
}

export function planOf(settings: Settings, zones: string[]): Plan {
  const named = (end: string) => (settings.isNamed && settings.project ? `${settings.project}-${end}` : end);
  const publics = settings.publicPerZone > 0 ? zones : [];
  const privates = Array.from({ length: settings.privatePerZone }, () => zones).flat();
  const nats = natsOf(settings, publics, named);
  const subnet = (isPublic: boolean) => (zone: string, at: number) => {
    const key = `${isPublic ? "public" : "private"}${at + 1}`;
    return {
      key,
      name: named(`subnet-${key}-${zone}`),
      zone,
      isPublic,
      cidr: settings.blocks[key] ?? blockFor(settings.cidr, isPublic, at),
      table: isPublic ? "rtb-public" : `rtb-${key}`,
    };
  };
  const toInternet = [
    { destination: "0.0.0.0/0", target: "igw" },
    ...(settings.hasIpv6 ? [{ destination: "::/0", target: "igw" }] : []),
  ];
  const publicTable = { key: "rtb-public", name: named("rtb-public"), routes: toInternet };
  const hasEgressOnly = settings.hasIpv6 && settings.hasEgressOnly;
  const privateTable = (zone: string, at: number) => {
    const nat = nats.find((it) => it.zone === zone) ?? nats[0];
    return {
      key: `rtb-private${at + 1}`,
      name: named(`rtb-private${at + 1}-${zone}`),
      routes: [
        ...(nat ? [{ destination: "0.0.0.0/0", target: nat.key }] : []),
        ...(hasEgressOnly ? [{ destination: "::/0", target: "eigw" }] : []),
      ],
    };
  };
  const privateTables = privates.map(privateTable);
  const tables = [...(publics.length > 0 ? [publicTable] : []), ...privateTables];
  return {
    vpc: { key: "vpc", name: named("vpc") },
    subnets: [...publics.map(subnet(true)), ...privates.map(subnet(false))],
    tables,
    ...(publics.length > 0 ? { internetGateway: { key: "igw", name: named("igw") } } : {}),
    ...(hasEgressOnly ? { egressOnly: { key: "eigw", name: named("eigw") } } : {}),
    nats,
    ...(settings.endpoint === "s3"
      ? { endpoint: { key: "vpce", name: named("vpce-s3"), tables: privateTables.map((it) => it.key) } }
      : {}),
  };
}

function natsOf(settings: Settings, zones: string[], named: (end: string) => string): PlannedNat[] {
  if (settings.nat === "none" || !canHaveNat(settings)) return [];
  return zones.slice(0, settings.nat === "one" ? 1 : zones.length).map((zone, at) => ({
    key: `nat${at + 1}`,
    name: named(`nat-public${at + 1}-${zone}`),
    addressName: named(`eip-${zone}`),
    subnet: `public${at + 1}`,
    zone,
  }));
}

/** Public subnets have the VPC's first blocks, private ones those from its middle on. */
function blockFor(vpc: string, isPublic: boolean, at: number): string {
  const outer = parseCidr(vpc);
  if (!outer) return "";
  const prefix = Math.min(outer.prefix + SUBNET_BITS, SUBNET_PREFIX_MAX);
  const half = 2 ** (prefix - outer.prefix) / 2;
  return formatCidr(neighbour({ first: outer.first, prefix }, isPublic ? at : half + at));
}

/** The plan as the preview draws it. */
export function graphOf(plan: Plan, settings: Settings): MapGraph {
  const subnets = plan.subnets.map(
    ({ key, name, zone, isPublic, cidr }): MapItem => ({
      id: key,
      column: "subnets",
      text: name,
      note: cidr,
      zone,
      isPublic,
      facts: [
        { label: "Availability Zone", value: zone },
        { label: "IPv4 CIDR", value: cidr },
      ],
    }),
  );
  const tables = plan.tables.map(({ key, name, routes }): MapItem => {
    const followers = plan.subnets.filter((it) => it.table === key).length;
    return {
      id: key,
      column: "route_tables",
      text: name,
      note: `${counted(followers, "subnet")}, ${counted(routes.length + 1, "route")}`,
      facts: routes.map(({ destination, target }) => ({
        label: destination,
        value: nameIn(plan, target),
      })),
    };
  });
  const connection = (kind: string, it: { key: string; name: string } | undefined): MapItem[] =>
    it
      ? [
          {
            id: it.key,
            column: "connections",
            text: it.name,
            note: kind,
            facts: [{ label: "Type", value: kind }],
          },
        ]
      : [];
  const belonging = plan.subnets.flatMap((it): MapLine[] => [
    { from: plan.vpc.key, to: it.key, isTraffic: false },
    { from: it.key, to: it.table, isTraffic: false },
  ]);
  const traffic = plan.tables.flatMap(({ key, routes }) =>
    [...new Set(routes.map((it) => it.target))].map((to): MapLine => ({ from: key, to, isTraffic: true })),
  );
  const toEndpoint = (plan.endpoint?.tables ?? []).map(
    (from): MapLine => ({ from, to: plan.endpoint?.key ?? "", isTraffic: true }),
  );
  return {
    items: [
      {
        id: plan.vpc.key,
        column: "vpc",
        text: plan.vpc.name,
        note: settings.cidr,
        facts: [{ label: "IPv4 CIDR", value: settings.cidr }],
      },
      ...subnets,
      ...tables,
      ...connection("Internet gateway", plan.internetGateway),
      ...connection("Egress-only internet gateway", plan.egressOnly),
      ...plan.nats.flatMap((it) => connection("NAT gateway", it)),
      ...connection("S3 gateway endpoint", plan.endpoint),
    ],
    lines: [...belonging, ...traffic, ...toEndpoint],
  };
}

function nameIn(plan: Plan, key: string): string {
  const all = [plan.internetGateway, plan.egressOnly, ...plan.nats];
  return all.find((it) => it?.key === key)?.name ?? key;
}
