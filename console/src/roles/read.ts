import type { Role, RoleDetail } from "@aws-sdk/client-iam";
import { documentOf, readDetails, readRoles } from "../clients/identities";
import { type Reading, useReading } from "../clients/reading";
import { trustedBy } from "./trust";

/** A role with what lists do not have of it: tags, its last use, instance profiles. */
export interface RoleRow {
  role: Role;
  detail: RoleDetail | undefined;
  trust: string;
  trusted: string[];
}

export async function readRoleRows(region: string): Promise<RoleRow[]> {
  const [roles, { roles: details }] = await Promise.all([readRoles(region), readDetails(region, "Role")]);
  return roles.map((role) => {
    const trust = documentOf(role.AssumeRolePolicyDocument);
    const detail = details.find((it) => it.RoleName === role.RoleName);
    return { role, detail, trust, trusted: trustedBy(trust) };
  });
}

/** One of them, for forms. */
export function useRole(region: string, name: string): Reading<RoleRow> {
  const reading = useReading(`roles/${region}`, () => readRoleRows(region));
  return { ...reading, data: reading.data?.find((it) => it.role.RoleName === name) };
}
