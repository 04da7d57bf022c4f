import { type EntityType, type Policy, paginateListEntitiesForPolicy } from "@aws-sdk/client-iam";
import { iam } from "../clients/iam";
import { type Holder, readDetails, readPolicies } from "../clients/identities";
import { all } from "../clients/pages";
import { type Reading, useReading } from "../clients/reading";

/** A policy with its description, which lists do not have. */
export interface PolicyRow {
  policy: Policy;
  description: string | undefined;
}

export async function readPolicyRows(region: string): Promise<PolicyRow[]> {
  const kind: EntityType = "LocalManagedPolicy";
  const [policies, { policies: described }] = await Promise.all([
    readPolicies(region),
    readDetails(region, kind),
  ]);
  return policies.map((policy) => ({
    policy,
    description: described.find((it) => it.Arn === policy.Arn)?.Description,
  }));
}

/** One of them, for forms. */
export function usePolicy(region: string, arn: string): Reading<Policy> {
  const reading = useReading(`policies/${region}`, () => readPolicyRows(region));
  return { ...reading, data: reading.data?.find((it) => it.policy.Arn === arn)?.policy };
}

/** Who has a policy's permissions. */
export async function readHolders(region: string, PolicyArn: string): Promise<Holder[]> {
  const input = { PolicyArn, PolicyUsageFilter: "PermissionsPolicy" as const };
  const pages = await all(paginateListEntitiesForPolicy({ client: iam(region) }, input), (page) => [page]);
  const of = (kind: Holder["kind"], name: string | undefined) => ({ kind, name: name ?? "" });
  return pages.flatMap(({ PolicyRoles = [], PolicyUsers = [], PolicyGroups = [] }) => [
    ...PolicyRoles.map((it) => of("role", it.RoleName)),
    ...PolicyUsers.map((it) => of("user", it.UserName)),
    ...PolicyGroups.map((it) => of("group", it.GroupName)),
  ]);
}
