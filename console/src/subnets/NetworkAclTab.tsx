import type { NetworkAcl, NetworkAclEntry } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { nameIn, titleOf } from "../resources/names";
import { SmallTable } from "../table/SmallTable";

/** The number of the last rule, which denies what no other one has decided; AWS shows it as a star. */
const LAST_RULE = 32767;
const PROTOCOLS: Record<string, string> = {
  "-1": "All",
  "1": "ICMP (1)",
  "6": "TCP (6)",
  "17": "UDP (17)",
  "58": "ICMPv6 (58)",
};

/** The rules that a subnet's packets pass at its edge. */
export function NetworkAclTab({ acl }: { acl: NetworkAcl | undefined }) {
  const entries = [...(acl?.Entries ?? [])].sort((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0));
  return (
    <SpaceBetween size="l">
      <Box>Network ACL: {acl ? titleOf(acl.NetworkAclId ?? "", nameIn(acl.Tags)) : "–"}</Box>
      <Rules title="Inbound rules" peer="Source" rules={entries.filter((it) => !it.Egress)} />
      <Rules title="Outbound rules" peer="Destination" rules={entries.filter((it) => it.Egress)} />
    </SpaceBetween>
  );
}

function Rules({ title, peer, rules }: { title: string; peer: string; rules: NetworkAclEntry[] }) {
  return (
    <SmallTable
      title={title}
      items={rules}
      empty="No rules"
      columns={[
        { header: "Rule number", cell: (it) => (it.RuleNumber === LAST_RULE ? "*" : it.RuleNumber) },
        { header: "Type", cell: (it) => (it.Protocol === "-1" ? "All traffic" : "Custom") },
        { header: "Protocol", cell: (it) => PROTOCOLS[it.Protocol ?? ""] ?? it.Protocol },
        { header: "Port range", cell: ports },
        { header: peer, cell: (it) => it.CidrBlock ?? it.Ipv6CidrBlock },
        {
          header: "Allow/Deny",
          cell: (it) =>
            it.RuleAction === "allow" ? (
              <StatusIndicator type="success">Allow</StatusIndicator>
            ) : (
              <StatusIndicator type="error">Deny</StatusIndicator>
            ),
        },
      ]}
    />
  );
}

function ports({ PortRange: range }: NetworkAclEntry): string {
  if (!range) return "All";
  return range.From === range.To ? String(range.From) : `${range.From} - ${range.To}`;
}
