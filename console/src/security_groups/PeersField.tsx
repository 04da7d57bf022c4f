import type { ManagedPrefixList, SecurityGroup } from "@aws-sdk/client-ec2";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TokenGroup from "@cloudscape-design/components/token-group";
import { groupName } from "./read";
import type { RuleRow } from "./rules";

interface Props {
  row: RuleRow;
  edit: (part: Partial<RuleRow>) => void;
  label: string;
  groups: SecurityGroup[];
  lists: ManagedPrefixList[];
}

const BLOCKS = ["0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::/0"];

/** Where a rule's packets come from or go to: a search that suggests blocks, groups and prefix lists, and what was chosen. */
export function PeersField({ row, edit, label, groups, lists }: Props) {
  const add = (peer: string) => {
    // A rule that is there has one peer: another takes its place.
    const others = row.id === undefined ? row.peers.filter((it) => it !== peer) : [];
    edit({ peers: [...others, peer], search: "" });
  };
  const title = (peer: string) => {
    const name = groupName(groups, peer) || lists.find((it) => it.PrefixListId === peer)?.PrefixListName;
    return name ? `${peer} / ${name}` : peer;
  };
  return (
    <SpaceBetween size="xxs">
      <Autosuggest
        value={row.search}
        ariaLabel={label}
        placeholder="CIDR or group"
        disabled={row.source !== "custom"}
        expandToViewport
        enteredTextLabel={(value) => `Use: "${value}"`}
        empty="Type a CIDR block, a security group or a prefix list"
        options={[
          { label: "CIDR blocks", options: BLOCKS.map((value) => ({ value })) },
          {
            label: "Security groups",
            options: groups.map(({ GroupId = "", GroupName }) => ({
              value: GroupId,
              label: `${GroupName} | ${GroupId}`,
            })),
          },
          {
            label: "Prefix lists",
            options: lists.map(({ PrefixListId = "", PrefixListName }) => ({
              value: PrefixListId,
              label: `${PrefixListName} | ${PrefixListId}`,
            })),
          },
        ]}
        onChange={({ detail }) => edit({ search: detail.value })}
        onSelect={({ detail }) => add(detail.value.trim())}
      />
      {row.peers.length > 0 && (
        <TokenGroup
          items={row.peers.map((peer) => ({ label: title(peer), dismissLabel: `Remove ${peer}` }))}
          onDismiss={({ detail }) =>
            edit({ source: "custom", peers: row.peers.filter((_, at) => at !== detail.itemIndex) })
          }
        />
      )}
    </SpaceBetween>
  );
}
