import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor, { type AttributeEditorProps } from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { withChange, without } from "../forms/rows";
import { useRegion } from "../frame/places";
import { usePrefixLists } from "../prefix_lists/read";
import { PortsField, ProtocolField, TypeField } from "../rules/TrafficFields";
import { PeersField } from "./PeersField";
import { useSecurityGroups } from "./read";
import { type Direction, letsEverybodyIn, NEW_ROW, problemsOf, type RuleRow } from "./rules";
import { SourceSelect } from "./SourceSelect";

interface Props {
  direction: Direction;
  rows: RuleRow[];
  change: (rows: RuleRow[]) => void;
  /** The rules that there are; none for a group that is yet to be. */
  rules?: SecurityGroupRule[];
  /** Whether somebody has tried to save, and is told what is wrong. */
  isChecked: boolean;
}

const WORDS = {
  inbound: {
    title: "Inbound rules",
    about: "Inbound rules control the incoming traffic that is allowed to reach the instance.",
    empty: "This security group has no inbound rules.",
    peer: "Source",
  },
  outbound: {
    title: "Outbound rules",
    about: "Outbound rules control the outgoing traffic that is allowed to leave the instance.",
    empty: "This security group has no outbound rules.",
    peer: "Destination",
  },
};

/** The rows of rules in the forms of security groups. */
export function RulesEditor({ direction, rows, change, rules, isChecked }: Props) {
  const region = useRegion();
  const groups = useSecurityGroups(region).data ?? [];
  const lists = usePrefixLists(region).data ?? [];
  const words = WORDS[direction];
  const edit = (at: number, part: Partial<RuleRow>) => change(withChange(rows, at, part));
  const problems = (row: RuleRow) =>
    isChecked
      ? problemsOf(
          row,
          rules?.find((it) => it.SecurityGroupRuleId === row.id),
        )
      : {};
  const id: AttributeEditorProps.FieldDefinition<RuleRow> = {
    label: "Security group rule ID",
    control: (row) => <Box padding={{ top: "xs" }}>{row.id ?? "–"}</Box>,
  };
  const fields: AttributeEditorProps.FieldDefinition<RuleRow>[] = [
    {
      label: "Type",
      control: (row, at) => <TypeField of={row.traffic} edit={(traffic) => edit(at, { traffic })} />,
    },
    {
      label: "Protocol",
      control: (row, at) => <ProtocolField of={row.traffic} edit={(traffic) => edit(at, { traffic })} />,
      errorText: (row) => problems(row).protocol,
    },
    {
      label: "Port range",
      control: (row, at) => <PortsField of={row.traffic} edit={(traffic) => edit(at, { traffic })} />,
      errorText: (row) => problems(row).ports,
    },
    {
      label: `${words.peer} type`,
      control: (row, at) => (
        <SourceSelect label={`${words.peer} type`} row={row} edit={(part) => edit(at, part)} />
      ),
    },
    {
      label: words.peer,
      control: (row, at) => (
        <PeersField
          row={row}
          edit={(part) => edit(at, part)}
          label={words.peer}
          groups={groups}
          lists={lists}
        />
      ),
      errorText: (row) => problems(row).peers,
    },
    {
      label: "Description – optional",
      control: (row, at) => (
        <Input
          value={row.description}
          ariaLabel="Description – optional"
          onChange={({ detail }) => edit(at, { description: detail.value })}
        />
      ),
      errorText: (row) => problems(row).description,
    },
  ];
  return (
    <Container
      header={
        <Header variant="h2" description={words.about}>
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <AttributeEditor
          items={rows}
          empty={words.empty}
          addButtonText="Add rule"
          removeButtonText="Delete"
          removeButtonAriaLabel={(row) => `Delete rule ${row.id ?? row.peers.join(", ")}`}
          onAddButtonClick={() => change([...rows, NEW_ROW])}
          onRemoveButtonClick={({ detail }) => change(without(rows, detail.itemIndex))}
          definition={rules ? [id, ...fields] : fields}
          gridLayout={rules ? WITH_ID : WITHOUT_ID}
        />
        {direction === "inbound" && rows.some(letsEverybodyIn) && (
          <Alert type="warning">
            Rules with the source 0.0.0.0/0 or ::/0 let every IP address reach your instances. Better allow
            only addresses that you know.
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** In a narrow window a rule has two lines. */
const WITH_ID: AttributeEditorProps.GridLayout[] = [
  { breakpoint: "m", rows: [[5, 5, 3, 3, 4, 6, 5]], removeButton: { width: "auto" } },
  {
    rows: [
      [4, 4, 3, 3],
      [3, 4, 4],
    ],
  },
];
const WITHOUT_ID: AttributeEditorProps.GridLayout[] = [
  { breakpoint: "s", rows: [[4, 3, 3, 4, 5, 5]], removeButton: { width: "auto" } },
  {
    rows: [
      [4, 3, 3],
      [3, 4, 4],
    ],
  },
];
