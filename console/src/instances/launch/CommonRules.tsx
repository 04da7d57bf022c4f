import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { withKind } from "../../rules/traffic";
import { fromSource, type RuleRow, type SourceKind } from "../../security_groups/rules";
import type { SectionProps } from "./fields";
import { SSH_FROM_ANYWHERE } from "./settings";

const FROM = [
  { value: "anywhere-ipv4", label: "Anywhere", description: "0.0.0.0/0" },
  { value: "custom", label: "Custom" },
  { value: "my-ip", label: "My IP" },
];

const WEB = [
  { kind: "HTTPS", text: "Allow HTTPS traffic from the internet" },
  { kind: "HTTP", text: "Allow HTTP traffic from the internet" },
];

/** The rules that most people want of a new group, as boxes to tick. */
export function CommonRules({ settings, set }: Pick<SectionProps, "settings" | "set">) {
  const { rules, groupName } = settings;
  const ssh = rules.find((it) => it.traffic.kind === "SSH");
  const others = (kind: string) => rules.filter((it) => it.traffic.kind !== kind);
  const change = (row: RuleRow) => set({ rules: rules.map((it) => (it === ssh ? row : it)) });
  return (
    <SpaceBetween size="s">
      <Box>
        We'll create a new security group called <Box variant="strong">'{groupName}'</Box> with the following
        rules:
      </Box>
      <SpaceBetween direction="horizontal" size="m" alignItems="center">
        <Checkbox
          checked={ssh !== undefined}
          description="Helps you connect to your instance"
          onChange={({ detail }) =>
            set({ rules: detail.checked ? [SSH_FROM_ANYWHERE, ...rules] : others("SSH") })
          }
        >
          Allow SSH traffic from
        </Checkbox>
        {ssh && (
          <Select
            selectedOption={FROM.find((it) => it.value === ssh.source) ?? null}
            ariaLabel="SSH traffic from"
            options={FROM}
            onChange={({ detail }) =>
              change({ ...ssh, ...fromSource(detail.selectedOption.value as SourceKind) })
            }
          />
        )}
        {ssh?.source === "custom" && (
          <Input
            value={ssh.search}
            ariaLabel="Custom source"
            placeholder="203.0.113.0/24"
            onChange={({ detail }) => change({ ...ssh, search: detail.value })}
          />
        )}
      </SpaceBetween>
      {WEB.map(({ kind, text }) => (
        <Checkbox
          key={kind}
          checked={rules.some((it) => it.traffic.kind === kind)}
          description="To set up an endpoint, for example when creating a web server"
          onChange={({ detail }) =>
            set({
              rules: detail.checked
                ? [...rules, { ...SSH_FROM_ANYWHERE, traffic: withKind(kind) }]
                : others(kind),
            })
          }
        >
          {text}
        </Checkbox>
      ))}
    </SpaceBetween>
  );
}
