import { COLUMNS, type ColumnId, type MapGraph, type MapItem } from "./graph";

const ITEM_HEIGHT = 44;
/** With the line that "Show details" adds. */
const DETAILED_HEIGHT = 64;
const ITEM_GAP = 10;
const ZONE_HEIGHT = 28;
const COLUMN_GAP = 56;
const COLUMN_GAP_NARROW = 28;
/** Where there is less, columns come closer. */
const NARROW = 950;
const COLUMN_WIDTH_MIN = 150;
/** Within a card, at all sides; above it the title. */
const PADDING = 12;
const TITLE_HEIGHT = 62;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  cards: (Box & { column: ColumnId })[];
  zones: (Box & { name: string })[];
  items: Map<string, Box>;
}

/** Where everything is, in pixels: lines need no measuring, and a map of hundreds of subnets is drawn at once. */
export function layoutOf(graph: MapGraph, available: number, isDetailed: boolean): Layout {
  const gap = available < NARROW ? COLUMN_GAP_NARROW : COLUMN_GAP;
  const gaps = gap * (COLUMNS.length - 1);
  const width = Math.max(COLUMN_WIDTH_MIN, Math.floor((available - gaps) / COLUMNS.length));
  const height = isDetailed ? DETAILED_HEIGHT : ITEM_HEIGHT;
  const items = new Map<string, Box>();
  const zones: Layout["zones"] = [];
  const ends = COLUMNS.map((column, at) => {
    const x = at * (width + gap) + PADDING;
    const inner = width - 2 * PADDING;
    let y = TITLE_HEIGHT;
    let zone: string | undefined;
    for (const item of inOrder(graph, column)) {
      if (item.zone !== zone && item.zone !== undefined) {
        zones.push({ name: item.zone, x, y, width: inner, height: ZONE_HEIGHT });
        y += ZONE_HEIGHT;
      }
      zone = item.zone;
      items.set(item.id, { x, y, width: inner, height });
      y += height + ITEM_GAP;
    }
    return y;
  });
  const bottom = Math.max(...ends) + PADDING;
  const cards = COLUMNS.map((column, at) => ({
    column,
    x: at * (width + gap),
    y: 0,
    width,
    height: bottom,
  }));
  return { width: width * COLUMNS.length + gaps, height: bottom, cards, zones, items };
}

/** A column's items; subnets by their zones, public ones first. */
export function inOrder(graph: MapGraph, column: ColumnId): MapItem[] {
  const own = graph.items.filter((it) => it.column === column);
  const rank = (it: MapItem) => Number(!it.isPublic);
  return own.sort(
    (one, other) => (one.zone ?? "").localeCompare(other.zone ?? "") || rank(one) - rank(other),
  );
}

/** The line from the right side of one to the left side of another. */
export function path(from: Box, to: Box): string {
  const x = from.x + from.width;
  const y = from.y + from.height / 2;
  const end = to.y + to.height / 2;
  const middle = (x + to.x) / 2;
  return `M ${x} ${y} C ${middle} ${y}, ${middle} ${end}, ${to.x} ${end}`;
}
