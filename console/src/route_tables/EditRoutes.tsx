import {
  CreateRouteCommand,
  DeleteRouteCommand,
  ReplaceRouteCommand,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { type Failure, failureOf, sentence } from "../clients/failure";
import { refreshAll, useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { withChange, without } from "../forms/rows";
import type { Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { Page } from "../frame/Page";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { State } from "../resources/cells";
import { nameIn, titleOf, yesNo } from "../resources/names";
import { useRouteTables } from "./read";
import {
  destination,
  destinationOf,
  isEditable,
  kindOf,
  TARGETS,
  type TargetKind,
  target,
  targetOf,
} from "./routes";
import { readTargets } from "./targets";

/** A row of the form. */
interface Row {
  destination: string;
  kind: TargetKind | "";
  target: string;
  /** The route that it was, with its target; a new one was none. */
  was?: { target: string; state: string | undefined; isPropagated: boolean; isEditable: boolean };
}

interface Outcome {
  text: string;
  failure?: Failure;
}

/** Edit routes: one call a change, so that some may be made where others are refused; all are told. */
export default function EditRoutes({ id }: { id: string }) {
  const region = useRegion();
  const tables = useRouteTables(region);
  const table = tables.data?.find((it) => it.RouteTableId === id);
  const [edited, setEdited] = useState<Row[]>();
  const [outcomes, setOutcomes] = useState<Outcome[]>();
  const rows = edited ?? rowsOf(table);
  const name = titleOf(id, nameIn(table?.Tags));
  const back = href(region, ["route_tables", id]);
  const title = "Edit routes";
  const above = [
    { text: "Route tables", path: ["route_tables"] },
    { text: id, path: ["route_tables", id] },
  ];
  const edit = (at: number, part: Partial<Row>) => setEdited(withChange(rows, at, part));
  const submit = async () => {
    const made: Outcome[] = [];
    for (const { text, run } of changesOf(region, id, rowsOf(table), rows)) {
      const failure = await run().then(
        () => undefined,
        (error) => failureOf(error),
      );
      made.push(failure ? { text, failure } : { text });
    }
    if (made.some((it) => it.failure)) return setOutcomes(made);
    succeed(`Updated routes for ${name} successfully.`);
    go(back);
  };
  if (outcomes) {
    const again = async () => {
      // What was made is no change any more; what was refused is still in the form.
      await refreshAll();
      setOutcomes(undefined);
    };
    return (
      <Page title={title} above={above}>
        <Refused outcomes={outcomes} title={name} back={again} />
      </Page>
    );
  }
  return (
    <FormPage
      above={above}
      title={title}
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={!table}
    >
      <Container>
        <AttributeEditor
          items={rows}
          addButtonText="Add route"
          removeButtonText="Remove"
          removeButtonAriaLabel={(row) => `Remove route ${row.destination}`}
          isItemRemovable={(row) =>
            row.was === undefined || (row.was.isEditable && row.was.target !== "local")
          }
          onAddButtonClick={() => setEdited([...rows, NEW_ROW])}
          onRemoveButtonClick={({ detail }) => setEdited(without(rows, detail.itemIndex))}
          empty="No routes"
          gridLayout={[{ rows: [[3, 4, 1, 1]], removeButton: { width: "auto" } }]}
          definition={[
            {
              label: "Destination",
              control: (row, at) =>
                row.was ? (
                  <Box padding={{ top: "xs" }}>{row.destination}</Box>
                ) : (
                  <Autosuggest
                    value={row.destination}
                    ariaLabel="Destination"
                    placeholder="0.0.0.0/0"
                    enteredTextLabel={(value) => `Use "${value}"`}
                    options={[{ value: "0.0.0.0/0" }, { value: "::/0" }]}
                    onChange={({ detail }) => edit(at, { destination: detail.value.trim() })}
                  />
                ),
            },
            {
              label: "Target",
              control: (row, at) => <TargetField row={row} region={region} edit={(it) => edit(at, it)} />,
            },
            {
              label: "Status",
              control: (row) => (
                <Box padding={{ top: "xs" }}>{row.was ? <State of={row.was.state} /> : "–"}</Box>
              ),
            },
            {
              label: "Propagated",
              control: (row) => <Box padding={{ top: "xs" }}>{yesNo(row.was?.isPropagated)}</Box>,
            },
          ]}
        />
      </Container>
    </FormPage>
  );
}

function TargetField({
  row,
  region,
  edit,
}: {
  row: Row;
  region: string;
  edit: (part: Partial<Row>) => void;
}) {
  const { kind } = row;
  const targets = useReading(`targets/${region}/${kind}`, async () =>
    kind ? readTargets(region, kind) : [],
  );
  const isFixed = row.was !== undefined && !row.was.isEditable;
  const options = (targets.data ?? []).map(({ id, name }) => ({
    value: id,
    label: name ? `${id} (${name})` : id,
  }));
  return (
    <SpaceBetween size="xs">
      <Select
        selectedOption={TARGETS.find((it) => it.value === kind) ?? null}
        placeholder="Select a target"
        ariaLabel="Target"
        disabled={isFixed || row.was?.target === "local"}
        options={TARGETS.map(({ value, label }) => ({ value, label }))}
        onChange={({ detail }) => {
          const chosen = detail.selectedOption.value as TargetKind;
          edit({ kind: chosen, target: chosen === "local" ? "local" : "" });
        }}
      />
      {kind && (
        <Autosuggest
          value={row.target}
          placeholder={`${kind}-`}
          disabled={isFixed || kind === "local"}
          options={options}
          statusType={targets.isLoading && !targets.data ? "loading" : "finished"}
          enteredTextLabel={(value) => `Use "${value}"`}
          empty="There are none in this Region"
          onChange={({ detail }) => edit({ target: detail.value.trim() })}
        />
      )}
    </SpaceBetween>
  );
}

function Refused({ outcomes, title, back }: { outcomes: Outcome[]; title: string; back: () => void }) {
  return (
    <SpaceBetween size="l">
      <Alert
        type="error"
        header={`There was an error editing routes of ${title}`}
        action={<Button onClick={back}>Back</Button>}
      >
        What you have typed is kept: go back, and change it.
      </Alert>
      <Container>
        <SpaceBetween size="s">
          {outcomes.map(({ text, failure }) => (
            <div key={text}>
              <StatusIndicator type={failure ? "error" : "success"}>{text}</StatusIndicator>
              {failure && <Box padding={{ left: "l" }}>{sentence(failure)}</Box>}
            </div>
          ))}
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

function rowsOf(table: RouteTable | undefined): Row[] {
  return (table?.Routes ?? []).map((route) => ({
    destination: destinationOf(route),
    kind: kindOf(targetOf(route)),
    target: targetOf(route),
    was: {
      target: targetOf(route),
      state: route.State,
      isPropagated: route.Origin === "EnableVgwRoutePropagation",
      isEditable: isEditable(route),
    },
  }));
}

const NEW_ROW: Row = { destination: "", kind: "", target: "" };

/** What leads from the table as it is to the form: what is gone first, since it may be in the way. */
function changesOf(region: string, RouteTableId: string, before: Row[], after: Row[]): Step[] {
  const client = ec2(region);
  const kept = new Map(after.map((row) => [row.destination, row]));
  const known = new Map(before.map((row) => [row.destination, row]));
  const deleted = before
    .filter((row) => !kept.has(row.destination))
    .map((row) => ({
      text: `Delete route ${row.destination}`,
      run: () => client.send(new DeleteRouteCommand({ RouteTableId, ...destination(row.destination) })),
    }));
  const others = after.flatMap((row) => {
    const was = known.get(row.destination);
    const route = { RouteTableId, ...destination(row.destination), ...target(row.target) };
    if (!was || row.was === undefined) {
      if (was?.target === row.target) return [];
      const run = () => client.send(new CreateRouteCommand(route));
      return [{ text: `Create route ${row.destination} to ${row.target}`, run }];
    }
    if (was.target === row.target) return [];
    const run = () => client.send(new ReplaceRouteCommand(route));
    return [{ text: `Replace route ${row.destination} by one to ${row.target}`, run }];
  });
  return [...deleted, ...others];
}
