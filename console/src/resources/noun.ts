import type { Tag } from "@aws-sdk/client-ec2";
import type { ReactNode } from "react";

/** A kind of resource: all that lists, detail pages and the search need to know of it. `docs` are in console/README.md. */
export interface Noun<T> {
  /** The folder, and the place in addresses: `route_tables`. */
  path: string;
  /** As AWS's console calls one and several: `Route table`, `Route tables`. */
  one: string;
  many: string;
  /** The list's title where it is another: `Your VPCs`. */
  title?: string;
  /** The heading of a detail page, where it is more than the identifier and the name. */
  heading?: (item: T) => string;
  /** What the list is, in a sentence, for an account that has none. */
  about: string;
  id: (item: T) => string;
  tags: (item: T) => Tag[] | undefined;
  /** Whether its name can be changed in the table. */
  hasName: boolean;
  list: (region: string) => Promise<T[]>;
  /** Columns after Name, in AWS's order. */
  columns: Column<T>[];
  /** The button at the right, and where it leads below the noun's path. */
  create?: { text: string; path: string };
  actions: (selected: T[], region: string) => Action[];
  /** What is told above the details, while something is to be done. */
  notice?: (item: T) => ReactNode;
  /** The fields of the panel Details, in reading order. */
  details: (item: T, region: string) => Field[];
  tabs: (item: T, region: string) => Tab[];
}

/** What is the same of all kinds, where it does not matter which one it is. */
// biome-ignore lint/suspicious/noExplicitAny: a list of nouns has one of each kind, and each knows only its own items
export type AnyNoun = Noun<any>;

export interface Column<T> {
  id: string;
  header: string;
  /** What is searched, sorted and exported. */
  text: (item: T) => string;
  /** What is shown, where that is more than the text. */
  cell?: (item: T, region: string) => ReactNode;
  /** Numbers are sorted by themselves. */
  number?: (item: T) => number;
  /** In pixels, where the header's own width is too little. */
  width?: number;
  /** Not shown until somebody asks for it. */
  isHidden?: boolean;
}

/** An entry of the menu Actions: it leads to a page, or opens a dialog. */
export interface Action {
  id: string;
  text: string;
  /** Older words for it, so that the reader of an older tutorial finds it. */
  description?: string;
  href?: string;
  dialog?: (close: () => void) => ReactNode;
  /** Why it cannot be chosen. */
  disabledReason?: string;
}

export interface Field {
  label: string;
  value: ReactNode;
}

export interface Tab {
  id: string;
  label: string;
  content: ReactNode;
  /** One that is not there yet, and why. */
  disabled?: boolean;
  disabledReason?: string;
}

/** Why an action that Hamlet does not have is grey. */
export const NOT_THERE_YET =
  "Hamlet's console does not have this yet. The aws CLI may: see `hamlet actions`.";

/** An action for exactly one selected thing. */
export function ofOne<T>(selected: T[], make: (item: T) => Omit<Action, "id" | "text">) {
  const [item, ...others] = selected;
  if (!item) return { disabledReason: "Select one first." };
  return others.length > 0 ? { disabledReason: "Select only one." } : make(item);
}
