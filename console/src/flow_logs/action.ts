import { href } from "../frame/route";
import type { Action } from "../resources/noun";

/** The action Create flow log of whatever can be logged, one thing or several. */
export function createFlowLog(region: string, path: string, ids: string[]): Action {
  const there =
    ids.length > 0
      ? { href: href(region, [path, ids.join(","), "create_flow_log"]) }
      : { disabledReason: "Select one first." };
  return { id: "create-flow-log", text: "Create flow log", ...there };
}
