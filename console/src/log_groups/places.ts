import { partitionOf } from "../clients/partition";
import { href } from "../frame/route";

/** The events of a log stream, or of a whole group. */
export function eventsHref(region: string, group: string, stream?: string): string {
  return href(region, ["log_groups", group, "log_events"], stream ? { stream } : {});
}

/** Logs Insights with groups that are selected already. */
export function insightsHref(region: string, groups: string[]): string {
  return href(region, ["logs_insights"], { groups: JSON.stringify(groups) });
}

/** Live Tail with groups that are selected already. */
export function tailHref(region: string, groups: string[]): string {
  return href(region, ["live_tail"], { groups: JSON.stringify(groups) });
}

/** The ARN of a log group, as calls take it: without the `:*` that stands for its streams. */
export function logGroupArn(region: string, account: string, group: string): string {
  return `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${group}`;
}

/** The groups that an address names. */
export function groupsIn(query: URLSearchParams): string[] {
  try {
    const groups: unknown = JSON.parse(query.get("groups") ?? "[]");
    return Array.isArray(groups) ? groups.map(String) : [];
  } catch {
    return [];
  }
}
