/** What a rule is about, as the API has it: a protocol by its number, and ports; with ICMP a type and a code. */
export interface Traffic {
  /** `6`; `-1` is every protocol. */
  protocol: string;
  from?: number;
  to?: number;
}

/** An entry of the select Type. */
export interface TrafficKind extends Traffic {
  id: string;
  /** As editors of security groups call it, and those of network ACLs. */
  label: string;
  aclLabel: string;
}

/** What somebody types into Type, Protocol and Port range. */
export interface TypedTraffic {
  kind: string;
  /** A protocol's number, or an ICMP type. */
  protocol: string;
  /** `80`, `8000-8080`, or an ICMP code. */
  ports: string;
}

export const ALL = "-1";
const TCP = "6";
const UDP = "17";
const ICMP = "1";
const ICMPV6 = "58";
const PORT_MAX = 65535;
const PROTOCOL_MAX = 255;

/** Protocols that the API knows by name. */
const NAMES: Record<string, string> = { tcp: TCP, udp: UDP, icmp: ICMP, icmpv6: ICMPV6 };
const TITLES: Record<string, string> = {
  [ALL]: "All",
  [TCP]: "TCP",
  [UDP]: "UDP",
  [ICMP]: "ICMP",
  [ICMPV6]: "IPv6 ICMP",
};

const CUSTOM: TrafficKind[] = [
  custom("custom-tcp", "Custom TCP", TCP),
  custom("custom-udp", "Custom UDP", UDP),
  custom("custom-icmp", "Custom ICMP - IPv4", ICMP),
  custom("custom-icmpv6", "Custom ICMP - IPv6", ICMPV6),
  custom("custom-protocol", "Custom Protocol", ""),
];
const WHOLE: TrafficKind[] = [
  { ...custom("all-tcp", "All TCP", TCP), from: 0, to: PORT_MAX },
  { ...custom("all-udp", "All UDP", UDP), from: 0, to: PORT_MAX },
  { ...custom("all-icmp", "All ICMP - IPv4", ICMP), from: -1, to: -1 },
  { ...custom("all-icmpv6", "All ICMP - IPv6", ICMPV6), from: -1, to: -1 },
  custom("all", "All traffic", ALL),
];
const SERVICES: TrafficKind[] = [
  service("SSH", 22),
  service("SMTP", 25),
  service("DNS (UDP)", 53, { protocol: UDP }),
  service("DNS (TCP)", 53),
  service("HTTP", 80),
  service("POP3", 110),
  service("IMAP", 143),
  service("LDAP", 389),
  service("HTTPS", 443),
  service("SMB", 445),
  service("SMTPS", 465),
  service("IMAPS", 993),
  service("POP3S", 995),
  service("MSSQL", 1433, { aclLabel: "MS SQL (1433)" }),
  service("NFS", 2049),
  service("MYSQL/Aurora", 3306, { aclLabel: "MySQL/Aurora (3306)" }),
  service("RDP", 3389),
  service("Redshift", 5439),
  service("PostgreSQL", 5432),
  service("Oracle-RDS", 1521, { aclLabel: "Oracle (1521)" }),
  service("WinRM-HTTP", 5985),
  service("WinRM-HTTPS", 5986),
  service("Elastic Graphics", 2007),
  service("CQLSH / Cassandra", 9042),
];
export const KINDS = [...CUSTOM, ...WHOLE, ...SERVICES];

/** What ICMP for IPv4 and IPv6 can say, by the type's number. */
const ICMP_TYPES: Record<string, string> = {
  "-1": "All",
  "0": "Echo Reply",
  "3": "Destination Unreachable",
  "4": "Source Quench",
  "5": "Redirect Message",
  "8": "Echo Request",
  "9": "Router Advertisement",
  "10": "Router Solicitation",
  "11": "Time Exceeded",
  "12": "Parameter Problem: Bad IP header",
  "13": "Timestamp",
  "14": "Timestamp Reply",
};
const ICMPV6_TYPES: Record<string, string> = {
  "-1": "All",
  "1": "Destination Unreachable",
  "2": "Packet Too Big",
  "3": "Time Exceeded",
  "4": "Parameter Problem",
  "128": "Echo Request",
  "129": "Echo Reply",
  "133": "Router Solicitation",
  "134": "Router Advertisement",
  "135": "Neighbor Solicitation",
  "136": "Neighbor Advertisement",
};

export const NEW_TRAFFIC: TypedTraffic = { kind: "custom-tcp", protocol: TCP, ports: "0" };
export const ALL_TRAFFIC: TypedTraffic = { kind: "all", protocol: ALL, ports: "All" };

/** `tcp` and `6` are the same protocol. */
export function numberOf(protocol: string | undefined): string {
  return NAMES[protocol ?? ""] ?? protocol ?? ALL;
}

/** The name of a protocol where calls have one, as security groups want it. */
export function apiName(protocol: string): string {
  return Object.entries(NAMES).find(([, number]) => number === protocol)?.[0] ?? protocol;
}

/** `TCP`, or `TCP (6)` where network ACLs show it. */
export function protocolText({ protocol }: Traffic, withNumber = false): string {
  const title = TITLES[protocol];
  if (!title) return protocol;
  return withNumber && protocol !== ALL ? `${title} (${protocol})` : title;
}

/** `80`, `8000 - 8080`, `All`; with ICMP, what is said. */
export function portsText({ protocol, from, to }: Traffic): string {
  if (from === undefined || from === -1) return "All";
  if (isIcmpProtocol(protocol)) {
    const name = icmpTypes(protocol)[String(from)] ?? String(from);
    return to === undefined || to === -1 ? name : `${name}, code ${to}`;
  }
  if (protocol !== TCP && protocol !== UDP) return "All";
  if (from === 0 && to === PORT_MAX) return "0 - 65535";
  return from === to ? String(from) : `${from} - ${to}`;
}

/** The entry of the select Type that a rule is shown as. */
export function kindOf(traffic: Traffic): TrafficKind {
  const exact = [...WHOLE, ...SERVICES].find((it) => same(it, traffic));
  const own = CUSTOM.find((it) => it.protocol === traffic.protocol);
  return exact ?? own ?? kind("custom-protocol");
}

export function kind(id: string): TrafficKind {
  return KINDS.find((it) => it.id === id) ?? custom("custom-protocol", "Custom Protocol", "");
}

export function isIcmpProtocol(protocol: string): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

/** Whether a Type is one whose ICMP type and code are typed. */
export function isIcmp(kind: string): boolean {
  return kind === "custom-icmp" || kind === "custom-icmpv6";
}

/** Whether a Type is one whose ports are typed. */
export function hasPorts(kind: string): boolean {
  return kind === "custom-tcp" || kind === "custom-udp";
}

export function icmpTypes(protocol: string): Record<string, string> {
  return protocol === ICMPV6 ? ICMPV6_TYPES : ICMP_TYPES;
}

/** A rule as its fields show it. */
export function typed(traffic: Traffic): TypedTraffic {
  const { id } = kindOf(traffic);
  const { protocol, from = -1, to = -1 } = traffic;
  if (isIcmp(id)) {
    return { kind: id, protocol: String(from), ports: to === -1 ? "All" : String(to) };
  }
  return { kind: id, protocol, ports: portsText(traffic).replaceAll(" ", "") };
}

/** The fields after another Type was chosen: what it says is filled in. */
export function withKind(id: string): TypedTraffic {
  const { protocol, from, to } = kind(id);
  if (hasPorts(id)) return { kind: id, protocol, ports: "0" };
  if (id === "custom-protocol") return { kind: id, protocol: "", ports: "All" };
  if (isIcmp(id)) return { kind: id, protocol: ALL, ports: "All" };
  return typed({ protocol, from, to });
}

export function trafficOf(of: TypedTraffic): Traffic {
  const { protocol, from, to } = kind(of.kind);
  if (of.kind === "custom-protocol") return { protocol: of.protocol.trim() };
  if (isIcmp(of.kind)) return { protocol, from: Number(of.protocol), to: numeric(of.ports) ?? -1 };
  if (hasPorts(of.kind)) {
    const [first, last] = range(of.ports) ?? [];
    return { protocol, from: first, to: last };
  }
  return { protocol, from, to };
}

/** What is wrong with the protocol and the ports; nothing where they are good. */
export function problemsOf(of: TypedTraffic): { protocol?: string; ports?: string } {
  if (of.kind === "custom-protocol") {
    const number = numeric(of.protocol);
    const isGood = number !== undefined && number <= PROTOCOL_MAX;
    return isGood ? {} : { protocol: `Enter a protocol's number, 0 to ${PROTOCOL_MAX}.` };
  }
  if (isIcmp(of.kind)) {
    const isGood = of.ports === "All" || (numeric(of.ports) ?? 256) <= 255;
    return isGood ? {} : { ports: "Enter an ICMP code, 0 to 255, or All." };
  }
  if (!hasPorts(of.kind)) return {};
  const [from, to] = range(of.ports) ?? [];
  if (from === undefined || to === undefined) return { ports: "Enter a port, or two with - between." };
  if (to > PORT_MAX) return { ports: `Ports go up to ${PORT_MAX}.` };
  return from > to ? { ports: "The first port must not be above the last." } : {};
}

function custom(id: string, label: string, protocol: string): TrafficKind {
  return { id, label, aclLabel: label, protocol };
}

function service(label: string, port: number, other: Partial<TrafficKind> = {}): TrafficKind {
  const aclLabel = `${label} (${port})`;
  return { id: label, label, aclLabel, protocol: TCP, from: port, to: port, ...other };
}

function same(one: Traffic, other: Traffic): boolean {
  if (one.protocol !== other.protocol) return false;
  if (one.protocol === ALL) return true;
  return (one.from ?? -1) === (other.from ?? -1) && (one.to ?? -1) === (other.to ?? -1);
}

/** `80` is 80 to 80. */
function range(text: string): [number, number] | undefined {
  const found = /^\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?$/.exec(text);
  return found ? [Number(found[1]), Number(found[2] ?? found[1])] : undefined;
}

function numeric(text: string): number | undefined {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
}
