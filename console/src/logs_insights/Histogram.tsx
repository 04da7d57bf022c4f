import BarChart from "@cloudscape-design/components/bar-chart";
import { timestamp, type Zone } from "../time_range/zone";
import { barOf } from "./stages";
import { rowsOf, timeIn } from "./table";
import type { Answer } from "./useQuery";

/** How high it is, in pixels. */
const HEIGHT = 120;

/** How many records there were when, of those that the query matched. */
export function Histogram({ answer, zone }: { answer: Answer | undefined; zone: Zone }) {
  return (
    <BarChart
      height={HEIGHT}
      hideFilter
      hideLegend
      ariaLabel="Records over time"
      series={[{ type: "bar", title: "Records", data: answer ? bars(answer, zone) : [] }]}
      xTitle="Time"
      yTitle="Records"
      statusType={answer === undefined || answer.took === undefined ? "loading" : "finished"}
      loadingText="Counting records"
      empty="No records in this time range"
    />
  );
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
