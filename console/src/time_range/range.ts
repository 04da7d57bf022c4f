/** From when to when: everything, the last so many seconds, or between two times in milliseconds. */
export type Range =
  | { kind: "all" }
  | { kind: "relative"; seconds: number }
  | { kind: "absolute"; start: number; end: number };

export const ALL: Range = { kind: "all" };

/** Reads what `written` writes into an address: `all`, `3600`, `1764500000000~1764503600000`. */
export function readRange(text: string | null, otherwise: Range): Range {
  if (text === "all") return ALL;
  const numbers = (text ?? "").split("~").map(Number);
  const [first = Number.NaN, second] = numbers;
  if (!text || numbers.some((it) => !Number.isFinite(it))) return otherwise;
  return second === undefined
    ? { kind: "relative", seconds: first }
    : { kind: "absolute", start: first, end: second };
}

export function written(range: Range): string {
  if (range.kind === "all") return "all";
  return range.kind === "relative" ? String(range.seconds) : `${range.start}~${range.end}`;
}

/** The same in milliseconds, as seen at a time; without limits where everything is wanted. */
export function resolved(range: Range, now: number): { start?: number; end?: number } {
  if (range.kind === "all") return {};
  if (range.kind === "relative") return { start: now - range.seconds * 1000, end: now };
  return { start: range.start, end: range.end };
}
