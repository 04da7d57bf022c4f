import { DASH } from "./names";

/** A time as people read it: `November 28, 2026 at 2:05:09 PM`. */
export function timeOf(date: Date | undefined): string {
  return date?.toLocaleString("en-US", { dateStyle: "long", timeStyle: "medium" }) ?? DASH;
}

/** The same of a time in milliseconds, as CloudWatch has them. */
export function timeOfMillis(at: number | undefined): string {
  return timeOf(at === undefined ? undefined : new Date(at));
}
