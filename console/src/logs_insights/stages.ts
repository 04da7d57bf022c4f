/** Stages that leave every record a record, so that a histogram can count what comes out of them. */
const KEEPING = new Set(["fields", "filter", "parse", "filterindex"]);

/** The stages of a query: what stands between strokes, other than those in quotes, in patterns and in comments. */
export function stages(query: string): string[] {
  const found: string[] = [""];
  for (const part of query.match(PARTS) ?? []) {
    if (part === "|") found.push("");
    else if (!part.startsWith("#")) found[found.length - 1] += part;
  }
  return found.map((it) => it.trim()).filter(Boolean);
}

const PARTS = /#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\/(?:\\.|[^/\\\n])*\/|[^"'`#/|]+|[\s\S]/g;

/** A query that counts the records that another one matches, over time. */
export function histogramQuery(query: string, period: string): string {
  const all = stages(query);
  const end = all.findIndex((it) => !KEEPING.has(it.split(/\s/, 1)[0]?.toLowerCase() ?? ""));
  const kept = end < 0 ? all : all.slice(0, end);
  return [...kept, `stats count(*) as records by bin(${period}) as time`].join(" | ");
}

/** How long a bar of a histogram is: about fifty of them for the whole. */
export function barOf(milliseconds: number): Bar {
  return BARS.find((it) => milliseconds / it.milliseconds <= BARS_MAX) ?? LONGEST;
}

export interface Bar {
  period: string;
  milliseconds: number;
}

const BARS_MAX = 60;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST: Bar = { period: "30d", milliseconds: 30 * DAY };
const BARS: Bar[] = [
  { period: "1s", milliseconds: SECOND },
  { period: "5s", milliseconds: 5 * SECOND },
  { period: "10s", milliseconds: 10 * SECOND },
  { period: "30s", milliseconds: 30 * SECOND },
  { period: "1m", milliseconds: MINUTE },
  { period: "5m", milliseconds: 5 * MINUTE },
  { period: "15m", milliseconds: 15 * MINUTE },
  { period: "1h", milliseconds: HOUR },
  { period: "3h", milliseconds: 3 * HOUR },
  { period: "12h", milliseconds: 12 * HOUR },
  { period: "1d", milliseconds: DAY },
  { period: "7d", milliseconds: 7 * DAY },
  LONGEST,
];
