import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  type IpPermission,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { isIpv6Cidr, parseCidr } from "../forms/cidr";
import type { Problems } from "../forms/problems";
import type { Step } from "../forms/steps";
import { counted } from "../resources/names";
import type { PreviewedChange } from "../rules/PreviewButton";
import {
  ALL,
  ALL_TRAFFIC,
  apiName,
  kindOf,
  NEW_TRAFFIC,
  numberOf,
  portsText,
  protocolText,
  type Traffic,
  type TypedTraffic,
  trafficOf,
  problemsOf as trafficProblems,
  typed,
} from "../rules/traffic";

/** Which of a group's two lists: what comes in, or what goes out. */
export type Direction = "inbound" | "outbound";

/** One rule, as the API tells it apart from others. */
export interface Rule {
  traffic: Traffic;
  /** A block of addresses, a group or a prefix list. */
  peer: string;
  description: string;
}

export type SourceKind = "custom" | "anywhere-ipv4" | "anywhere-ipv6" | "my-ip";

/** A row of the editor. A new one may have several peers, and becomes a rule for each. */
export interface RuleRow {
  /** The identifier of the rule that it was; a new one was none. */
  id?: string;
  traffic: TypedTraffic;
  source: SourceKind;
  peers: string[];
  /** What stands in the search field and is no token yet. */
  search: string;
  description: string;
}

export type RowProblems = Problems<"protocol" | "ports" | "peers" | "description">;

/** What AWS takes in a description. */
const DESCRIPTION = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{0,255}$/;
const NO_DESCRIPTION =
  "A description has up to 255 characters: letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*";

/** What a row's select Source type puts beside it. Hamlet's internet knows this machine by one address (docs/facts.md). */
export const SOURCES: { value: SourceKind; label: string; peer?: string }[] = [
  { value: "custom", label: "Custom" },
  { value: "anywhere-ipv4", label: "Anywhere-IPv4", peer: "0.0.0.0/0" },
  { value: "anywhere-ipv6", label: "Anywhere-IPv6", peer: "::/0" },
  { value: "my-ip", label: "My IP", peer: "198.51.100.10/32" },
];

/** What choosing a source type makes of a row. */
export function fromSource(source: SourceKind): Pick<RuleRow, "source" | "peers" | "search"> {
  const peer = SOURCES.find((it) => it.value === source)?.peer;
  return { source, peers: peer ? [peer] : [], search: "" };
}

type PeerKind = "IPv4 CIDR" | "IPv6 CIDR" | "referenced group id" | "prefix list id";

function peerKind(peer: string): PeerKind | undefined {
  if (parseCidr(peer)) return "IPv4 CIDR";
  if (isIpv6Cidr(peer)) return "IPv6 CIDR";
  if (/^(\d{12}\/)?sg-[0-9a-f]+$/.test(peer)) return "referenced group id";
  return /^pl-[0-9a-f]+$/.test(peer) ? "prefix list id" : undefined;
}

export function ruleOf(rule: SecurityGroupRule): Rule {
  return { traffic: trafficIn(rule), peer: peerOf(rule), description: rule.Description ?? "" };
}

/** Ports that mean all are left out, so that rules compare. */
function trafficIn({ IpProtocol, FromPort, ToPort }: SecurityGroupRule): Traffic {
  const protocol = numberOf(IpProtocol);
  return protocol === ALL ? { protocol } : { protocol, from: FromPort, to: ToPort };
}

export function peerOf({ CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo }: SecurityGroupRule): string {
  return CidrIpv4 ?? CidrIpv6 ?? PrefixListId ?? ReferencedGroupInfo?.GroupId ?? "";
}

export function ipVersion(rule: SecurityGroupRule): string {
  if (rule.CidrIpv4) return "IPv4";
  return rule.CidrIpv6 ? "IPv6" : "–";
}

export function isOf(direction: Direction, rule: SecurityGroupRule): boolean {
  return Boolean(rule.IsEgress) === (direction === "outbound");
}

/** `HTTP, TCP, 80, 0.0.0.0/0, from everywhere`. */
export function ruleText({ traffic, peer, description }: Rule): string {
  const parts = [kindOf(traffic).label, protocolText(traffic), portsText(traffic), peer, description];
  return parts.filter(Boolean).join(", ");
}

export function rowsOf(rules: SecurityGroupRule[]): RuleRow[] {
  return rules.map((rule) => ({ ...rowOf(ruleOf(rule)), id: rule.SecurityGroupRuleId ?? "" }));
}

export function rowOf({ traffic, peer, description }: Rule): RuleRow {
  return { traffic: typed(traffic), source: "custom", peers: [peer], search: "", description };
}

export const NEW_ROW: RuleRow = {
  traffic: NEW_TRAFFIC,
  source: "custom",
  peers: [],
  search: "",
  description: "",
};

/** What every new group lets out. */
export const EVERYTHING_OUT: RuleRow = { ...NEW_ROW, traffic: ALL_TRAFFIC, peers: ["0.0.0.0/0"] };

/** The tokens, and what is typed and would be one; a rule that is there has one peer, which another takes the place of. */
function peersOf({ id, peers, search }: RuleRow): string[] {
  const typed = search.trim();
  if (!typed) return peers;
  return id === undefined ? [...peers, typed] : [typed];
}

/** What is wrong with a row; `before` is the rule that it was. */
export function problemsOf(row: RuleRow, before: SecurityGroupRule | undefined): RowProblems {
  return {
    ...trafficProblems(row.traffic),
    peers: peersProblem(peersOf(row), before),
    description: DESCRIPTION.test(row.description) ? undefined : NO_DESCRIPTION,
  };
}

function peersProblem(peers: string[], before: SecurityGroupRule | undefined): string | undefined {
  const [peer] = peers;
  if (!peer) return "Enter a CIDR block, a security group ID or a prefix list ID.";
  const odd = peers.find((it) => peerKind(it) === undefined);
  if (odd) return `${odd} is no CIDR block, security group ID or prefix list ID.`;
  if (!before) return undefined;
  const was = peerKind(peerOf(before));
  const isSame = peerKind(peer) === was;
  return isSame
    ? undefined
    : `You may not specify ${article(peerKind(peer))} for an existing ${was} rule. Delete it, and add another.`;
}

function article(kind: PeerKind | undefined): string {
  return kind?.startsWith("IP") ? `an ${kind}` : `a ${kind}`;
}

export function letsEverybodyIn(row: RuleRow): boolean {
  return peersOf(row).some((peer) => peer === "0.0.0.0/0" || peer === "::/0");
}

/** The rules that new rows become. */
export function rulesIn(rows: RuleRow[]): Rule[] {
  return rows.flatMap((row) => peersOf(row).map((peer) => ruleIn(row, peer)));
}

function ruleIn(row: RuleRow, peer: string): Rule {
  return { traffic: trafficOf(row.traffic), peer, description: row.description };
}

/** What leads from the rules that there are to those of the form. */
export interface Changes {
  added: Rule[];
  modified: { id: string; before: Rule; after: Rule }[];
  deleted: { id: string; before: Rule }[];
}

/** `begun` are the rules that the form began with: what another has added since then is left alone. */
export function changesOf(now: SecurityGroupRule[], begun: SecurityGroupRule[], rows: RuleRow[]): Changes {
  const present = new Map(now.map((it) => [it.SecurityGroupRuleId ?? "", ruleOf(it)]));
  const kept = new Set(rows.map((row) => row.id));
  const modified = rows.flatMap((row) => {
    const before = present.get(row.id ?? "");
    const [peer = ""] = peersOf(row);
    const after = ruleIn(row, peer);
    return before && row.id && ruleText(before) !== ruleText(after) ? [{ id: row.id, before, after }] : [];
  });
  const gone = begun.map((it) => it.SecurityGroupRuleId ?? "").filter((id) => !kept.has(id));
  const deleted = gone.flatMap((id) => {
    const before = present.get(id);
    return before ? [{ id, before }] : [];
  });
  return { added: rulesIn(rows.filter((row) => row.id === undefined)), modified, deleted };
}

export function previewOf({ added, modified, deleted }: Changes): PreviewedChange[] {
  return [
    ...deleted.map(({ before }) => ({ before: ruleText(before) })),
    ...modified.map(({ before, after }) => ({ before: ruleText(before), after: ruleText(after) })),
    ...added.map((rule) => ({ after: ruleText(rule) })),
  ];
}

/** The calls that make the changes: what is gone first, since a new rule may be like it. */
export function stepsOf(region: string, GroupId: string, direction: Direction, changes: Changes): Step[] {
  const client = ec2(region);
  const { added, modified, deleted } = changes;
  const steps: Step[] = [];
  if (deleted.length > 0) {
    const SecurityGroupRuleIds = deleted.map(({ id }) => id);
    const asked = { GroupId, SecurityGroupRuleIds };
    const run =
      direction === "inbound"
        ? () => client.send(new RevokeSecurityGroupIngressCommand(asked))
        : () => client.send(new RevokeSecurityGroupEgressCommand(asked));
    steps.push({ text: `${counted(deleted.length, "rule")} deleted`, run });
  }
  if (modified.length > 0) {
    const SecurityGroupRules = modified.map(({ id, after }) => ({
      SecurityGroupRuleId: id,
      SecurityGroupRule: request(after),
    }));
    steps.push({
      text: `${counted(modified.length, "rule")} modified`,
      run: () => client.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules })),
    });
  }
  if (added.length > 0) steps.push(additionOf(region, GroupId, direction, added));
  return steps;
}

export function additionOf(region: string, GroupId: string, direction: Direction, rules: Rule[]): Step {
  const asked = { GroupId, IpPermissions: rules.map(permission) };
  const run =
    direction === "inbound"
      ? () => ec2(region).send(new AuthorizeSecurityGroupIngressCommand(asked))
      : () => ec2(region).send(new AuthorizeSecurityGroupEgressCommand(asked));
  return { text: `${counted(rules.length, "rule")} added`, run };
}

/** What a new group lets out, taken back. */
export function nothingOut(region: string, GroupId: string): Step {
  const IpPermissions = [{ IpProtocol: ALL, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
  return {
    text: "the rule that lets everything out deleted",
    run: () => ec2(region).send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions })),
  };
}

function permission({ traffic, peer, description }: Rule): IpPermission {
  const Description = description || undefined;
  const ports = { IpProtocol: apiName(traffic.protocol), FromPort: traffic.from, ToPort: traffic.to };
  switch (peerKind(peer)) {
    case "IPv6 CIDR":
      return { ...ports, Ipv6Ranges: [{ CidrIpv6: peer, Description }] };
    case "prefix list id":
      return { ...ports, PrefixListIds: [{ PrefixListId: peer, Description }] };
    case "referenced group id": {
      const [group, owner] = peer.split("/").reverse();
      return { ...ports, UserIdGroupPairs: [{ GroupId: group, UserId: owner, Description }] };
    }
    case "IPv4 CIDR":
    case undefined:
      return { ...ports, IpRanges: [{ CidrIp: peer, Description }] };
  }
}

function request({ traffic, peer, description }: Rule) {
  const kind = peerKind(peer);
  return {
    IpProtocol: apiName(traffic.protocol),
    FromPort: traffic.from ?? -1,
    ToPort: traffic.to ?? -1,
    Description: description,
    CidrIpv4: kind === "IPv4 CIDR" ? peer : undefined,
    CidrIpv6: kind === "IPv6 CIDR" ? peer : undefined,
    PrefixListId: kind === "prefix list id" ? peer : undefined,
    ReferencedGroupId: kind === "referenced group id" ? peer : undefined,
  };
}
