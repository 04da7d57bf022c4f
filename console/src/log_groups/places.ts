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

/** The groups that an address names. */
export function groupsIn(query: URLSearchParams): string[] {
  try {
    const groups: unknown = JSON.parse(query.get("groups") ?? "[]");
    return Array.isArray(groups) ? groups.map(String) : [];
  } catch {
    return [];
  }
}
