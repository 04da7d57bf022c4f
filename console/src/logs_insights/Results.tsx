import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Tabs from "@cloudscape-design/components/tabs";
import { lazy, Suspense, useState } from "react";
import { bytesText } from "../resources/bytes";
import { counted } from "../resources/names";
import { missingTab, NOT_THERE_YET } from "../resources/noun";
import type { Zone } from "../time_range/zone";
import { ExportMenu } from "./ExportMenu";
import { ResultsTable } from "./ResultsTable";
import { type Row, rowsOf } from "./table";
import type { Answer, Query } from "./useQuery";

// Charts weigh more than the rest of the page.
const Histogram = lazy(() => import("./Histogram").then((it) => ({ default: it.Histogram })));
const Visualization = lazy(() => import("./Visualization").then((it) => ({ default: it.Visualization })));

interface Props {
  region: string;
  answer: Answer;
  histogram: Pick<Query, "answer" | "failure">;
  zone: Zone;
}

/** What a query has found: how much of what, over time, and the records themselves. */
export function Results({ region, answer, histogram, zone }: Props) {
  const [isHistogramShown, showHistogram] = useState(true);
  const rows = rowsOf(answer.rows);
  const isRunning = answer.took === undefined;
  const logsTab = (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        description={<Scanned answer={answer} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <ExportMenu rows={rows} />
            <Button disabled disabledReason={NOT_THERE_YET}>
              Add to dashboard
            </Button>
            <Button onClick={() => showHistogram(!isHistogramShown)}>
              {isHistogramShown ? "Hide histogram" : "Show histogram"}
            </Button>
          </SpaceBetween>
        }
      >
        <Matched answer={answer} rows={rows} />
      </Header>
      {isHistogramShown && (
        <Suspense fallback={null}>
          <Histogram {...histogram} zone={zone} />
        </Suspense>
      )}
      <ResultsTable key={answer.id ?? ""} region={region} rows={rows} zone={zone} isRunning={isRunning} />
    </SpaceBetween>
  );
  return (
    <Container>
      <SpaceBetween size="s">
        <Status answer={answer} />
        <Tabs
          ariaLabel="Results"
          tabs={[
            { id: "logs", label: `Logs (${rows.length})`, content: logsTab },
            missingTab("patterns", "Patterns"),
            {
              id: "visualization",
              label: "Visualization",
              content: (
                <Suspense fallback={null}>
                  <Visualization rows={rows} />
                </Suspense>
              ),
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

const STATES: Record<string, { type: StatusIndicatorProps.Type; text: string }> = {
  Complete: { type: "success", text: "Completed." },
  Scheduled: { type: "pending", text: "Scheduled." },
  Running: { type: "in-progress", text: "Running." },
  Cancelled: { type: "stopped", text: "Cancelled." },
  Failed: { type: "error", text: "Failed." },
  Timeout: { type: "error", text: "Timed out after 60 minutes." },
};

/** In AWS's words, which do not tell one group from several. */
function Status({ answer: { status, question } }: { answer: Answer }) {
  const { type, text } = STATES[status] ?? { type: "info", text: status };
  return (
    <StatusIndicator type={type}>
      {`${text} Query executed for ${question.groups.length} log groups.`}
    </StatusIndicator>
  );
}

function Matched({ answer: { statistics }, rows }: { answer: Answer; rows: Row[] }) {
  const matched = statistics?.recordsMatched ?? 0;
  return `Showing ${rows.length} of ${counted(matched, "record")} matched`;
}

/** `618 records (85.8 kB) scanned in 1.0s @ 618 records/s (85.8 kB/s)`. */
function Scanned({ answer: { statistics, took } }: { answer: Answer }) {
  const { recordsScanned = 0, bytesScanned = 0 } = statistics ?? {};
  const scanned = `${counted(recordsScanned, "record")} (${bytesText(bytesScanned)}) scanned`;
  if (took === undefined) return <Box variant="span">{scanned}</Box>;
  const seconds = Math.max(took, 1) / 1000;
  const speed = `${Math.round(recordsScanned / seconds)} records/s (${bytesText(bytesScanned / seconds)}/s)`;
  return <Box variant="span">{`${scanned} in ${seconds.toFixed(1)}s @ ${speed}`}</Box>;
}
