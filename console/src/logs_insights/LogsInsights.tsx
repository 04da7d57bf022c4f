import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { sentence } from "../clients/failure";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { LogGroupsSelect } from "../log_groups/LogGroupsSelect";
import { groupsIn } from "../log_groups/places";
import { NOT_THERE_YET } from "../resources/noun";
import { type Range, readRange, resolved, written } from "../time_range/range";
import { TimeRangeField } from "../time_range/TimeRangeField";
import { useZone } from "../time_range/zone";
import { FieldsPanel } from "./FieldsPanel";
import { HistoryDialog } from "./HistoryDialog";
import { QueriesPanel } from "./QueriesPanel";
import { QueryEditor } from "./QueryEditor";
import { Results } from "./Results";
import { SaveQueryDialog } from "./SaveQueryDialog";
import { DEFAULT_QUERY } from "./samples";
import { barOf, histogramQuery } from "./stages";
import { type Question, useQuery } from "./useQuery";

const HOUR: Range = { kind: "relative", seconds: 3600 };
const QUICK = [
  { text: "5m", seconds: 300 },
  { text: "30m", seconds: 1800 },
  { text: "1h", seconds: 3600 },
  { text: "3h", seconds: 10_800 },
  { text: "12h", seconds: 43_200 },
];
const GROUPS_MAX = 50;

/** Queries over log groups. What was run is in the address: groups, time range, query. */
export default function LogsInsights() {
  const { region, query: asked } = usePlace().route;
  const [groups, setGroups] = useState(() => groupsIn(asked));
  const [range, setRange] = useState(() => readRange(asked.get("range"), HOUR));
  const [query, setQuery] = useState(() => asked.get("query") ?? DEFAULT_QUERY);
  const [zone, setZone] = useZone();
  const [isPanelShown, showPanel] = useState(false);
  const [dialog, setDialog] = useState<"save" | "history">();
  const [problem, setProblem] = useState<string>();
  const main = useQuery(region);
  const histogram = useQuery(region);
  const run = () => {
    setProblem(groups.length === 0 ? "Select at least one log group." : undefined);
    if (groups.length === 0) return;
    const { start = 0, end = 0 } = resolved(range, Date.now());
    const question: Question = { groups, query, start, end };
    go(
      href(region, ["logs_insights"], { groups: JSON.stringify(groups), range: written(range), query }),
      true,
    );
    void main.run(question);
    void histogram.run({ ...question, query: histogramQuery(query, barOf(end - start).period) });
  };
  const cancel = () => {
    void main.cancel();
    void histogram.cancel();
  };
  const apply = (next: string, itsGroups: string[]) => {
    setQuery(next);
    if (itsGroups.length > 0) setGroups(itsGroups);
  };
  const form = (
    <Container>
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <TimeRangeField range={range} choose={setRange} quick={QUICK} zone={zone} setZone={setZone} />
          <Select ariaLabel="Query language" selectedOption={LANGUAGES[0] ?? null} options={LANGUAGES} />
        </SpaceBetween>
        <LogGroupsSelect
          label="Selection criteria"
          description={`Select log group(s), up to ${GROUPS_MAX}.`}
          max={GROUPS_MAX}
          groups={groups}
          choose={(chosen) => {
            setGroups(chosen);
            setProblem(undefined);
          }}
          problem={problem}
        />
        <QueryEditor query={query} change={setQuery} run={run} compileError={main.compileError} />
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="primary" onClick={run} loading={main.isRunning}>
            Run query
          </Button>
          <Button onClick={cancel} disabled={!main.canCancel}>
            Cancel
          </Button>
          <Button onClick={() => setDialog("save")} disabled={!query.trim()}>
            Save
          </Button>
          <Button onClick={() => setDialog("history")}>History</Button>
        </SpaceBetween>
        {main.failure && !main.compileError && <Alert type="error">{sentence(main.failure)}</Alert>}
      </SpaceBetween>
    </Container>
  );
  const content = (
    <SpaceBetween size="l">
      {form}
      {main.answer && <Results region={region} answer={main.answer} histogram={histogram} zone={zone} />}
    </SpaceBetween>
  );
  return (
    <Page title="Logs Insights">
      <ContentLayout
        header={
          <Header
            variant="h1"
            description="Queries run for up to 60 minutes; what they find is kept for 7 days."
            actions={
              <Button iconName="folder" ariaExpanded={isPanelShown} onClick={() => showPanel(!isPanelShown)}>
                Queries
              </Button>
            }
          >
            Logs Insights
          </Header>
        }
      >
        {isPanelShown ? (
          <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
            {content}
            <Help region={region} group={groups[0] ?? ""} apply={apply} />
          </Grid>
        ) : (
          content
        )}
      </ContentLayout>
      {dialog === "save" && (
        <SaveQueryDialog region={region} groups={groups} query={query} close={() => setDialog(undefined)} />
      )}
      {dialog === "history" && (
        <HistoryDialog region={region} apply={apply} close={() => setDialog(undefined)} />
      )}
    </Page>
  );
}

interface HelpProps {
  region: string;
  /** The group whose fields are told. */
  group: string;
  apply: (query: string, groups: string[]) => void;
}

/** What queries can begin with: those that were saved, samples, and the fields that events have. */
function Help({ region, group, apply }: HelpProps) {
  return (
    <Container>
      <Tabs
        ariaLabel="Help for queries"
        tabs={[
          { id: "queries", label: "Queries", content: <QueriesPanel region={region} apply={apply} /> },
          {
            id: "fields",
            label: "Discovered fields",
            content: <FieldsPanel region={region} group={group} />,
          },
        ]}
      />
    </Container>
  );
}

const LANGUAGES = [
  { value: "CWLI", label: "Logs Insights QL" },
  { value: "PPL", label: "OpenSearch PPL", disabled: true, disabledReason: NOT_THERE_YET },
  { value: "SQL", label: "OpenSearch SQL", disabled: true, disabledReason: NOT_THERE_YET },
];
