import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { withChange, without } from "../../forms/rows";
import { useRegion } from "../../frame/places";
import { usePrefixLists } from "../../prefix_lists/read";
import { PortsField, ProtocolField, TypeField } from "../../rules/TrafficFields";
import { portsText, protocolText, trafficOf } from "../../rules/traffic";
import { PeersField } from "../../security_groups/PeersField";
import { useSecurityGroups } from "../../security_groups/read";
import { NEW_ROW, problemsOf, type RuleRow } from "../../security_groups/rules";
import { SourceSelect } from "../../security_groups/SourceSelect";

interface Props {
  rows: RuleRow[];
  change: (rows: RuleRow[]) => void;
  /** Whether somebody has tried to launch, and is told what is wrong. */
  isChecked: boolean;
}

/** Inbound Security Group Rules: each in a box of its own, whose heading says what it lets in. */
export function RulesFields({ rows, change, isChecked }: Props) {
  return (
    <SpaceBetween size="s">
      <Header variant="h3">Inbound Security Group Rules</Header>
      {rows.length === 0 && (
        <Box color="text-body-secondary">There are no rules: nothing is let in from outside.</Box>
      )}
      {rows.map((row, at) => (
        <RuleBox
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule that is yet to be has no other name
          key={at}
          number={at + 1}
          row={row}
          edit={(part) => change(withChange(rows, at, part))}
          remove={() => change(without(rows, at))}
          isChecked={isChecked}
        />
      ))}
      <Button formAction="none" onClick={() => change([...rows, NEW_ROW])}>
        Add security group rule
      </Button>
    </SpaceBetween>
  );
}

interface BoxProps {
  number: number;
  row: RuleRow;
  edit: (part: Partial<RuleRow>) => void;
  remove: () => void;
  isChecked: boolean;
}

function RuleBox({ number, row, edit, remove, isChecked }: BoxProps) {
  const region = useRegion();
  const groups = useSecurityGroups(region).data ?? [];
  const lists = usePrefixLists(region).data ?? [];
  const problems = isChecked ? problemsOf(row, undefined) : {};
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <Button formAction="none" ariaLabel={`Remove rule ${number}`} onClick={remove}>
              Remove
            </Button>
          }
        >
          Security group rule {number} ({inWords(row)})
        </Header>
      }
    >
      <ColumnLayout columns={3}>
        <FormField label="Type">
          <TypeField of={row.traffic} edit={(traffic) => edit({ traffic })} />
        </FormField>
        <FormField label="Protocol" errorText={problems.protocol}>
          <ProtocolField of={row.traffic} edit={(traffic) => edit({ traffic })} />
        </FormField>
        <FormField label="Port range" errorText={problems.ports}>
          <PortsField of={row.traffic} edit={(traffic) => edit({ traffic })} />
        </FormField>
        <FormField label="Source type">
          <SourceSelect label="Source type" row={row} edit={edit} />
        </FormField>
        <FormField label="Source" errorText={problems.peers}>
          <PeersField row={row} edit={edit} label="Source" groups={groups} lists={lists} />
        </FormField>
        <FormField label="Description – optional" errorText={problems.description}>
          <Input
            value={row.description}
            placeholder="e.g. SSH for admin desktop"
            onChange={({ detail }) => edit({ description: detail.value })}
          />
        </FormField>
      </ColumnLayout>
    </Container>
  );
}

/** `TCP, 22, 0.0.0.0/0`. */
function inWords(row: RuleRow): string {
  const traffic = trafficOf(row.traffic);
  return [protocolText(traffic), portsText(traffic), ...row.peers, row.search.trim()]
    .filter(Boolean)
    .join(", ");
}
