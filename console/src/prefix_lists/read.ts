import {
  type ManagedPrefixList,
  paginateGetManagedPrefixListAssociations,
  paginateGetManagedPrefixListEntries,
} from "@aws-sdk/client-ec2";
import { readPrefixLists } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";

/** The prefix lists of a Region, for forms. */
export function usePrefixLists(region: string) {
  return useReading(`all-prefix-lists/${region}`, () => readPrefixLists(region));
}

export function useEntries(region: string, PrefixListId: string) {
  return useReading(`prefix-list-entries/${region}/${PrefixListId}`, () =>
    all(
      paginateGetManagedPrefixListEntries({ client: ec2(region) }, { PrefixListId }),
      (page) => page.Entries,
    ),
  );
}

/** What names the list: rules and routes. */
export async function readAssociations(region: string, PrefixListId: string) {
  return all(
    paginateGetManagedPrefixListAssociations({ client: ec2(region) }, { PrefixListId }),
    (page) => page.PrefixListAssociations,
  );
}

export function useAssociations(region: string, PrefixListId: string) {
  return useReading(`prefix-list-associations/${region}/${PrefixListId}`, () =>
    readAssociations(region, PrefixListId),
  );
}

/** AWS's own lists can be used by everybody, and changed by nobody. */
export function isOfAws({ OwnerId }: ManagedPrefixList): boolean {
  return OwnerId === "AWS";
}

export function prefixListTitle({ PrefixListId, PrefixListName }: ManagedPrefixList): string {
  return `${PrefixListId} / ${PrefixListName}`;
}
