import type { ResultField } from "@aws-sdk/client-cloudwatch-logs";

/** What leads to a whole record, which nobody reads. */
const POINTER = "@ptr";
/** As the service writes times: `2026-11-20 05:14:06.123`, in UTC. */
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;

/** One row of an answer. */
export interface Row {
  number: number;
  values: Record<string, string>;
  pointer: string | undefined;
}

export function rowsOf(results: ResultField[][]): Row[] {
  return results.map((fields, at) => {
    const values = Object.fromEntries(fields.map(({ field = "", value = "" }) => [field, value]));
    const { [POINTER]: pointer, ...shown } = values;
    return { number: at + 1, values: shown, pointer };
  });
}

/** The columns that any row has, in the order of the query. */
export function columnsOf(rows: Row[]): string[] {
  const columns = new Set(rows.flatMap((row) => Object.keys(row.values)));
  return [...columns];
}

/** Numbers before words, and by their size. */
export function compared(a: string | undefined, b: string | undefined): number {
  const [first, second] = [Number(a || Number.NaN), Number(b || Number.NaN)];
  if (!Number.isNaN(first) && !Number.isNaN(second)) return first - second;
  return (a ?? "").localeCompare(b ?? "", "en", { numeric: true });
}

/** The time that a value says, in milliseconds. */
export function timeIn(value: string | undefined): number | undefined {
  return value && TIME.test(value) ? Date.parse(`${value.replace(" ", "T")}Z`) : undefined;
}

/** How an answer can be drawn: over time, or by what the groups are called. */
interface Plot {
  isOverTime: boolean;
  series: { title: string; points: { x: string; y: number }[] }[];
}

/** The numbers of an answer as series; nothing where there are none. */
export function plotOf(rows: Row[], columns: string[]): Plot | undefined {
  const values = (column: string) => rows.flatMap((row) => row.values[column] ?? []);
  const time = columns.find((it) => values(it).every((value) => timeIn(value) !== undefined));
  const numeric = columns.filter(
    (it) => it !== time && values(it).length > 0 && values(it).every((value) => !Number.isNaN(Number(value))),
  );
  const groups = columns.filter((it) => it !== time && !numeric.includes(it));
  if (numeric.length === 0 || (time === undefined && groups.length === 0)) return undefined;
  const series = new Map<string, { x: string; y: number }[]>();
  for (const row of rows) {
    const group = groups.map((it) => row.values[it] ?? "").join(" ");
    const x = time === undefined ? group : (row.values[time] ?? "");
    for (const column of numeric) {
      const title = time !== undefined && group ? `${group} ${column}` : column;
      const points = series.get(title) ?? [];
      points.push({ x, y: Number(row.values[column] ?? 0) });
      series.set(title, points);
    }
  }
  const isOverTime = time !== undefined;
  return {
    isOverTime,
    series: [...series].map(([title, points]) => ({ title, points: isOverTime ? inOrder(points) : points })),
  };
}

function inOrder(points: { x: string; y: number }[]) {
  return [...points].sort((a, b) => a.x.localeCompare(b.x));
}
