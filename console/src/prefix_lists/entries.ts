import type { PrefixListEntry } from "@aws-sdk/client-ec2";
import { isIpv6Cidr, parseCidr } from "../forms/cidr";

export type Family = "IPv4" | "IPv6";

/** A row of the editor. */
export interface EntryRow {
  cidr: string;
  description: string;
}

export function rowsOf(entries: PrefixListEntry[]): EntryRow[] {
  return entries.map(({ Cidr = "", Description = "" }) => ({ cidr: Cidr, description: Description }));
}

/** What is wrong with a row's block. */
export function problemOf(row: EntryRow, rows: EntryRow[], family: Family): string | undefined {
  const cidr = row.cidr.trim();
  const isGood = family === "IPv4" ? parseCidr(cidr) : isIpv6Cidr(cidr);
  if (!isGood) return `Enter an ${family} CIDR block.`;
  return rows.some((it) => it !== row && it.cidr.trim() === cidr) ? "It is there twice." : undefined;
}

/** Rows as calls take them. */
export function requested(rows: EntryRow[]) {
  return rows.map(({ cidr, description }) => ({ Cidr: cidr.trim(), Description: description || undefined }));
}

/** What leads from the entries that there are to the form. An entry cannot be described anew: it goes, and is added again. */
export function changesOf(before: PrefixListEntry[], rows: EntryRow[]) {
  const known = new Map(before.map((it) => [it.Cidr ?? "", it.Description ?? ""]));
  const kept = new Set(rows.map((row) => row.cidr.trim()));
  const added = rows.filter((row) => known.get(row.cidr.trim()) !== row.description);
  const isDescribedAnew = (cidr: string) => added.some((row) => row.cidr.trim() === cidr);
  return {
    added: requested(added),
    removed: [...known.keys()].filter((cidr) => !kept.has(cidr) || isDescribedAnew(cidr)),
  };
}
