import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { DASH, nameIn } from "../resources/names";
import { NOT_THERE_YET } from "../resources/noun";
import { RefreshButton } from "../resources/RefreshButton";
import { kindOf, portsText, protocolText } from "../rules/traffic";
import { SmallTable } from "../table/SmallTable";
import { groupName, useRules, useSecurityGroups } from "./read";
import { type Direction, ipVersion, isOf, peerOf, ruleOf } from "./rules";

/** The tabs Inbound rules and Outbound rules. */
export function RulesTab({
  region,
  group,
  direction,
}: {
  region: string;
  group: string;
  direction: Direction;
}) {
  const rules = useRules(region, group);
  const title = direction === "inbound" ? "Inbound rules" : "Outbound rules";
  return (
    <SmallTable
      title={title}
      items={(rules.data ?? []).filter((it) => isOf(direction, it))}
      reading={rules}
      empty={`This security group has no ${direction} rules`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <RefreshButton label={`Refresh ${direction} rules`} reading={rules} />
          <Button disabled disabledReason={NOT_THERE_YET}>
            Manage tags
          </Button>
          <Button href={href(region, ["security_groups", group, `edit_${direction}_rules`])}>
            Edit {direction} rules
          </Button>
        </SpaceBetween>
      }
      columns={[
        { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
        { header: "Security group rule ID", cell: (it) => it.SecurityGroupRuleId },
        { header: "IP version", cell: ipVersion },
        { header: "Type", cell: (it) => kindOf(ruleOf(it).traffic).label },
        { header: "Protocol", cell: (it) => protocolText(ruleOf(it).traffic) },
        { header: "Port range", cell: (it) => portsText(ruleOf(it).traffic) },
        {
          header: direction === "inbound" ? "Source" : "Destination",
          cell: (it) => <Peer of={it} region={region} />,
        },
        { header: "Description", cell: (it) => it.Description || DASH },
      ]}
    />
  );
}

/** Where the packets of a rule come from or go to; a group of ours is a link. */
export function Peer({ of: rule, region }: { of: SecurityGroupRule; region: string }) {
  const groups = useSecurityGroups(region).data;
  const group = rule.ReferencedGroupInfo?.GroupId;
  if (!group) return peerOf(rule);
  const name = groupName(groups, group);
  // A group of a peer VPC in another account has no page here.
  return groups && !name ? (
    group
  ) : (
    <ResourceLink region={region} noun="security_groups" id={group} name={name} />
  );
}
