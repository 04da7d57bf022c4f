import BarChart, { type BarChartProps } from "@cloudscape-design/components/bar-chart";
import { type Failure, sentence } from "../clients/failure";
import { timestamp, type Zone } from "../time_range/zone";
import { barOf } from "./stages";
import { rowsOf, timeIn } from "./table";
import type { Answer, Query } from "./useQuery";

/** How high it is, in pixels. */
const HEIGHT = 120;

/** How many records there were when, of those that the query matched. */
export function Histogram({ answer, failure, zone }: Pick<Query, "answer" | "failure"> & { zone: Zone }) {
  return (
    <BarChart
      height={HEIGHT}
      hideFilter
      hideLegend
      ariaLabel="Records over time"
      series={[{ type: "bar", title: "Records", data: answer ? bars(answer, zone) : [] }]}
      xTitle="Time"
      yTitle="Records"
      {...state(answer, failure)}
      loadingText="Counting records"
      empty="No records in this time range"
    />
  );
}

/** Whether there is something to draw; if there will be nothing, why. */
function state(answer: Answer | undefined, failure: Failure | undefined): Partial<BarChartProps<string>> {
  if (failure) return { statusType: "error", errorText: sentence(failure) };
  if (answer === undefined || answer.took === undefined) return { statusType: "loading" };
  if (answer.status === "Complete") return { statusType: "finished" };
  return { statusType: "error", errorText: "The records were not counted to the end." };
}

/** A bar for each period, also where nothing was. */
function bars({ rows, question: { start, end } }: Answer, zone: Zone): { x: string; y: number }[] {
  const { milliseconds } = barOf(end - start);
  const counted = new Map(
    rowsOf(rows).map(({ values }) => [timeIn(values.time) ?? 0, Number(values.records ?? 0)]),
  );
  if (counted.size === 0) return [];
  const first = Math.floor(start / milliseconds) * milliseconds;
  const count = Math.ceil((end - first) / milliseconds);
  return Array.from({ length: count }, (_, at) => {
    const time = first + at * milliseconds;
    return { x: label(time, milliseconds, zone), y: counted.get(time) ?? 0 };
  });
}

/** `14:05:09`, or the day where bars are as long as days. */
function label(at: number, milliseconds: number, zone: Zone): string {
  const text = timestamp(at, zone);
  if (milliseconds >= 86_400_000) return text.slice(0, 10);
  return milliseconds >= 3_600_000 ? text.slice(5, 16).replace("T", " ") : text.slice(11, 19);
}
