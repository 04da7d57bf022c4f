import type { CollectionPreferencesProps } from "@cloudscape-design/components/collection-preferences";
import { useState } from "react";
import { remember, remembered } from "../frame/memory";

export type Preferences = CollectionPreferencesProps.Preferences;

/** Which columns of a table its user wants to see, and how many rows; the browser remembers it. */
export function usePreferences(table: string, columns: { id: string; isHidden?: boolean }[]) {
  const key = `table/${table}`;
  const [chosen, setChosen] = useState(() => remembered<Preferences>(key, {}));
  const known = chosen.contentDisplay ?? [];
  const added = columns.filter((column) => !known.some((it) => it.id === column.id));
  const contentDisplay = [
    ...known.filter((it) => columns.some((column) => column.id === it.id)),
    ...added.map(({ id, isHidden }) => ({ id, visible: !isHidden })),
  ];
  const preferences: Preferences = { pageSize: 50, wrapLines: false, ...chosen, contentDisplay };
  const choose = (next: Preferences) => {
    remember(key, next);
    setChosen(next);
  };
  return [preferences, choose] as const;
}
