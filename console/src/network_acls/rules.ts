import {
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclEntryCommand,
  type NetworkAclEntry,
  ReplaceNetworkAclEntryCommand,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { isIpv6Cidr, parseCidr } from "../forms/cidr";
import type { Problems } from "../forms/problems";
import type { Step } from "../forms/steps";
import type { PreviewedChange } from "../rules/PreviewButton";
import {
  ALL,
  isIcmpProtocol,
  kindOf,
  NEW_TRAFFIC,
  portsText,
  protocolText,
  type Traffic,
  type TypedTraffic,
  trafficOf,
  problemsOf as trafficProblems,
  typed,
} from "../rules/traffic";

/** The last rule, which denies what no other one has decided; AWS shows it as a star. One for IPv6 comes after it. */
const LAST_RULES = [32767, 32768];
const RULE_NUMBER_MAX = 32766;

export type Action = "allow" | "deny";

/** A row of the editor. */
export interface EntryRow {
  number: string;
  traffic: TypedTraffic;
  cidr: string;
  action: Action;
  /** The last rule stands there to be seen. */
  isLast: boolean;
}

export type RowProblems = Problems<"number" | "protocol" | "ports" | "cidr">;

export function isLast({ RuleNumber }: NetworkAclEntry): boolean {
  return LAST_RULES.includes(RuleNumber ?? 0);
}

export function numberText(entry: NetworkAclEntry): string {
  return isLast(entry) ? "*" : String(entry.RuleNumber);
}

export function cidrOf(entry: NetworkAclEntry): string {
  return entry.CidrBlock ?? entry.Ipv6CidrBlock ?? "";
}

export function trafficIn({ Protocol = ALL, PortRange, IcmpTypeCode }: NetworkAclEntry): Traffic {
  if (IcmpTypeCode) return { protocol: Protocol, from: IcmpTypeCode.Type, to: IcmpTypeCode.Code };
  return PortRange ? { protocol: Protocol, from: PortRange.From, to: PortRange.To } : { protocol: Protocol };
}

export function rowsOf(entries: NetworkAclEntry[]): EntryRow[] {
  return entries.map((entry) => ({
    number: numberText(entry),
    traffic: typed(trafficIn(entry)),
    cidr: cidrOf(entry),
    action: entry.RuleAction === "allow" ? "allow" : "deny",
    isLast: isLast(entry),
  }));
}

/** A new row comes before the last rules. */
export function withNew(rows: EntryRow[]): EntryRow[] {
  const added: EntryRow = {
    number: "",
    traffic: NEW_TRAFFIC,
    cidr: "0.0.0.0/0",
    action: "allow",
    isLast: false,
  };
  return [...rows.filter((row) => !row.isLast), added, ...rows.filter((row) => row.isLast)];
}

export function sorted(rows: EntryRow[]): EntryRow[] {
  const place = ({ number, isLast }: EntryRow) => (isLast ? RULE_NUMBER_MAX + 1 : Number(number));
  return [...rows].sort((a, b) => place(a) - place(b));
}

export function problemsOf(row: EntryRow, rows: EntryRow[]): RowProblems {
  if (row.isLast) return {};
  return { ...trafficProblems(row.traffic), number: numberProblem(row, rows), cidr: cidrProblem(row.cidr) };
}

function numberProblem(row: EntryRow, rows: EntryRow[]): string | undefined {
  const { number } = row;
  const isNumber = /^\d{1,5}$/.test(number) && Number(number) >= 1 && Number(number) <= RULE_NUMBER_MAX;
  if (!isNumber) return `Enter a number from 1 to ${RULE_NUMBER_MAX}.`;
  const isTwice = rows.some((it) => it !== row && !it.isLast && Number(it.number) === Number(number));
  return isTwice ? "Another rule has this number." : undefined;
}

function cidrProblem(cidr: string): string | undefined {
  if (parseCidr(cidr) || isIpv6Cidr(cidr)) return undefined;
  return "Enter a CIDR block, such as 10.0.0.0/24 or ::/0.";
}

/** One rule, as it is sent, compared and shown. */
interface Entry {
  number: number;
  traffic: Traffic;
  cidr: string;
  action: string;
}

function entryIn(row: EntryRow): Entry {
  const { traffic, cidr, action } = row;
  return { number: Number(row.number), traffic: trafficOf(traffic), cidr: cidr.trim(), action };
}

function entryOf(entry: NetworkAclEntry): Entry {
  const action = entry.RuleAction ?? "deny";
  return { number: entry.RuleNumber ?? 0, traffic: trafficIn(entry), cidr: cidrOf(entry), action };
}

/** `100, SSH (22), TCP (6), 22, 0.0.0.0/0, Allow`. */
function textOf({ number, traffic, cidr, action }: Entry): string {
  const what = [kindOf(traffic).aclLabel, protocolText(traffic, true), portsText(traffic)];
  return [number, ...what, cidr, action === "allow" ? "Allow" : "Deny"].join(", ");
}

/** What leads from the rules that there are to those of the form, by their numbers. */
export interface Changes {
  created: Entry[];
  replaced: { before: Entry; after: Entry }[];
  deleted: Entry[];
}

/** `begun` are the rules that the form began with: what another has added since then is left alone, or refused. */
export function changesOf(now: NetworkAclEntry[], begun: NetworkAclEntry[], rows: EntryRow[]): Changes {
  const present = new Map(now.filter((it) => !isLast(it)).map((it) => [it.RuleNumber ?? 0, entryOf(it)]));
  const known = new Set(begun.map((it) => it.RuleNumber ?? 0));
  const wanted = rows.filter((row) => !row.isLast).map(entryIn);
  const kept = new Set(wanted.map(({ number }) => number));
  const different = wanted.filter((it) => {
    const before = present.get(it.number);
    return !before || textOf(before) !== textOf(it);
  });
  return {
    deleted: [...present.values()].filter(({ number }) => known.has(number) && !kept.has(number)),
    replaced: different.flatMap((after) => {
      const before = present.get(after.number);
      return before && known.has(after.number) ? [{ before, after }] : [];
    }),
    created: different.filter(({ number }) => !known.has(number) || !present.has(number)),
  };
}

export function previewOf({ created, replaced, deleted }: Changes): PreviewedChange[] {
  return [
    ...deleted.map((it) => ({ before: textOf(it) })),
    ...replaced.map(({ before, after }) => ({ before: textOf(before), after: textOf(after) })),
    ...created.map((it) => ({ after: textOf(it) })),
  ];
}

/** The calls that make the changes: one for each rule. */
export function stepsOf(region: string, NetworkAclId: string, isEgress: boolean, changes: Changes): Step[] {
  const client = ec2(region);
  const own = { NetworkAclId, Egress: isEgress };
  return [
    ...changes.deleted.map(({ number }) => ({
      text: `rule ${number} deleted`,
      run: () => client.send(new DeleteNetworkAclEntryCommand({ ...own, RuleNumber: number })),
    })),
    ...changes.replaced.map(({ after }) => ({
      text: `rule ${after.number} modified`,
      run: () => client.send(new ReplaceNetworkAclEntryCommand({ ...own, ...request(after) })),
    })),
    ...changes.created.map((it) => ({
      text: `rule ${it.number} added`,
      run: () => client.send(new CreateNetworkAclEntryCommand({ ...own, ...request(it) })),
    })),
  ];
}

function request({ number, traffic, cidr, action }: Entry) {
  const { protocol, from, to } = traffic;
  const isIcmp = isIcmpProtocol(protocol);
  return {
    RuleNumber: number,
    Protocol: protocol,
    RuleAction: action === "allow" ? ("allow" as const) : ("deny" as const),
    CidrBlock: isIpv6Cidr(cidr) ? undefined : cidr,
    Ipv6CidrBlock: isIpv6Cidr(cidr) ? cidr : undefined,
    PortRange: from !== undefined && !isIcmp ? { From: from, To: to } : undefined,
    IcmpTypeCode: isIcmp ? { Type: from ?? -1, Code: to ?? -1 } : undefined,
  };
}
