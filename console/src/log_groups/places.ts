import { href } from "../frame/route";

/** The events of a log stream, or of a whole group. */
export function eventsHref(region: string, group: string, stream?: string): string {
  return href(region, ["log_groups", group, "log_events"], stream ? { stream } : {});
}
