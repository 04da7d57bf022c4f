import { useSyncExternalStore } from "react";

/**
 * Where the user is: `#/us-east-1/subnets/subnet-0abc?tab=tags` is a Region, a path, and what a page wants to know.
 *
 * It lies in the fragment, which no server sees, so that every link works after a reload and the files need no rules.
 */
export interface Route {
  region: string;
  /** The parts of the path: `["subnets", "subnet-0abc"]`. */
  path: string[];
  query: URLSearchParams;
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/** Reads a fragment. One without a Region is in the Region that the console begins with. */
export function parse(hash: string, otherwise: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").filter(Boolean).map(decode);
  const [first, ...rest] = parts;
  const query_ = new URLSearchParams(query);
  return first && REGION.test(first)
    ? { region: first, path: rest, query: query_ }
    : { region: otherwise, path: parts, query: query_ };
}

/** The address of a path in a Region: `href("us-east-1", ["vpcs"], { tab: "tags" })`. */
export function href(region: string, path: string[], query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return `#/${[region, ...path].map(encodeURIComponent).join("/")}${asked && `?${asked}`}`;
}

/** Goes somewhere; `replace` leaves no trace in the browser's history. */
export function go(to: string, replace = false) {
  if (replace) location.replace(to);
  else location.hash = to;
}

/** Where the user is now. The component is shown again when that changes. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}

function subscribe(changed: () => void) {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
