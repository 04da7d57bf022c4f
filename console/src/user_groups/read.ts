import type { Group, GroupDetail } from "@aws-sdk/client-iam";
import { readDetails, readGroups } from "../clients/identities";

/** A group with what lists do not have of it. */
export interface GroupRow {
  group: Group;
  /** Neither is known to who may not know. */
  detail: GroupDetail | undefined;
  members: number | undefined;
}

export async function readGroupRows(region: string): Promise<GroupRow[]> {
  const [groups, { groups: details }, { users }] = await Promise.all([
    readGroups(region),
    readDetails(region, "Group"),
    readDetails(region, "User"),
  ]);
  return groups.map((group) => {
    const name = group.GroupName ?? "";
    const detail = details.find((it) => it.GroupName === name);
    const members = detail && users.filter((it) => it.GroupList?.includes(name)).length;
    return { group, detail, members };
  });
}
