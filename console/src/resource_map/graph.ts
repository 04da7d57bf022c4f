/** What a resource map shows: four columns of things, and the lines between them. The same for what is there and what is to be. */
export interface MapGraph {
  items: MapItem[];
  lines: MapLine[];
}

export const COLUMNS = ["vpc", "subnets", "route_tables", "connections"] as const;

export type ColumnId = (typeof COLUMNS)[number];

export interface MapItem {
  id: string;
  column: ColumnId;
  /** Its name, or its identifier where it has none. */
  text: string;
  /** What "Show details" adds, in a line. */
  note: string;
  /** The Availability Zone that a subnet is listed under. */
  zone?: string;
  /** Whether packets of a subnet can reach an internet gateway. */
  isPublic?: boolean;
  /** What is told of it once it is chosen. */
  facts: { label: string; value: string }[];
  /** Its noun's path, where there is a page of it. */
  noun?: string;
}

/** A line, always from left to right. */
export interface MapLine {
  from: string;
  to: string;
  /** A route's, along which packets go; the others say what belongs to what. */
  isTraffic: boolean;
}

/** All that is on a way through an item: what it leads to, and what leads to it. */
export function wayThrough(lines: MapLine[], id: string): Set<string> {
  const right = reached(id, (at) => lines.filter((it) => it.from === at).map((it) => it.to));
  const left = reached(id, (at) => lines.filter((it) => it.to === at).map((it) => it.from));
  return new Set([...right, ...left]);
}

function reached(from: string, next: (at: string) => string[]): Set<string> {
  const found = new Set([from]);
  for (const at of found) for (const it of next(at)) found.add(it);
  return found;
}
