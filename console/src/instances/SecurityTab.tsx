import type { Instance, SecurityGroupRule } from "@aws-sdk/client-ec2";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Reading } from "../clients/reading";
import { ResourceLink } from "../resources/cells";
import { Details } from "../resources/Details";
import { DASH, nameIn } from "../resources/names";
import { timeOf } from "../resources/times";
import { kindOf, portsText, protocolText } from "../rules/traffic";
import { Peer } from "../security_groups/RulesTab";
import { type Direction, isOf, ruleOf } from "../security_groups/rules";
import { SmallTable } from "../table/SmallTable";
import { groupsOf, profileName, useRulesOf } from "./read";

/** The tab Security: the groups, and the rules of all of them, which together are what is let through. */
export function SecurityTab({ region, of }: { region: string; of: Instance }) {
  const rules = useRulesOf(region, groupsOf(of));
  const owner = of.NetworkInterfaces?.[0]?.OwnerId ?? DASH;
  return (
    <SpaceBetween size="l">
      <Details
        fields={[
          { label: "IAM Role", value: profileName(of) || DASH },
          { label: "Owner ID", value: owner },
          { label: "Launch time", value: timeOf(of.LaunchTime) },
          { label: "Security groups", value: <Groups region={region} of={of} /> },
        ]}
      />
      {(["inbound", "outbound"] as const).map((direction) => (
        <RulesInEffect key={direction} region={region} of={of} direction={direction} rules={rules} />
      ))}
    </SpaceBetween>
  );
}

function Groups({ region, of }: { region: string; of: Instance }) {
  const groups = of.SecurityGroups ?? [];
  if (groups.length === 0) return DASH;
  return (
    <SpaceBetween size="xxs">
      {groups.map(({ GroupId, GroupName }) => (
        <ResourceLink key={GroupId} region={region} noun="security_groups" id={GroupId} name={GroupName} />
      ))}
    </SpaceBetween>
  );
}

interface RulesProps {
  region: string;
  of: Instance;
  direction: Direction;
  rules: Reading<SecurityGroupRule[]>;
}

function RulesInEffect({ region, of, direction, rules }: RulesProps) {
  const name = (id: string | undefined) =>
    of.SecurityGroups?.find((it) => it.GroupId === id)?.GroupName ?? id ?? DASH;
  return (
    <SmallTable
      title={direction === "inbound" ? "Inbound rules" : "Outbound rules"}
      items={(rules.data ?? []).filter((it) => isOf(direction, it))}
      reading={rules}
      wrapLines
      empty={`Nothing is let ${direction === "inbound" ? "in" : "out"}: no group has such a rule.`}
      columns={[
        { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
        { header: "Security group rule ID", cell: (it) => it.SecurityGroupRuleId },
        { header: "Type", cell: (it) => kindOf(ruleOf(it).traffic).label },
        { header: "Port range", cell: (it) => portsText(ruleOf(it).traffic) },
        { header: "Protocol", cell: (it) => protocolText(ruleOf(it).traffic) },
        {
          header: direction === "inbound" ? "Source" : "Destination",
          cell: (it) => <Peer of={it} region={region} />,
        },
        {
          header: "Security groups",
          cell: (it) => (
            <ResourceLink region={region} noun="security_groups" id={it.GroupId} name={name(it.GroupId)} />
          ),
        },
        { header: "Description", cell: (it) => it.Description || DASH },
      ]}
    />
  );
}
