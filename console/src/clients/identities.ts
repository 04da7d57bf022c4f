import {
  type AttachedPolicy,
  type EntityType,
  GetGroupPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type Group,
  ListAccessKeysCommand,
  type ManagedPolicyDetail,
  type Policy,
  type PolicyScopeType,
  type PolicyVersion,
  paginateGetAccountAuthorizationDetails,
  paginateGetGroup,
  paginateListAttachedGroupPolicies,
  paginateListAttachedRolePolicies,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListGroups,
  paginateListGroupsForUser,
  paginateListInstanceProfilesForRole,
  paginateListPolicies,
  paginateListPolicyVersions,
  paginateListRolePolicies,
  paginateListRoles,
  paginateListUserPolicies,
  paginateListUsers,
  type Role,
  type User,
} from "@aws-sdk/client-iam";
import { iam } from "./iam";
import { all } from "./pages";

// What an account has of IAM's kinds. Lists, forms and dialogs ask here.

/** The most that a page has of anything; without it AWS's own policies would come in sixteen. */
const MaxItems = 1000;

export function readPolicies(region: string, Scope: PolicyScopeType = "All"): Promise<Policy[]> {
  return all(paginateListPolicies({ client: iam(region) }, { Scope, MaxItems }), (page) => page.Policies);
}

export function readRoles(region: string): Promise<Role[]> {
  return all(paginateListRoles({ client: iam(region) }, { MaxItems }), (page) => page.Roles);
}

export function readUsers(region: string): Promise<User[]> {
  return all(paginateListUsers({ client: iam(region) }, { MaxItems }), (page) => page.Users);
}

export function readGroups(region: string): Promise<Group[]> {
  return all(paginateListGroups({ client: iam(region) }, { MaxItems }), (page) => page.Groups);
}

/** All that is known of each thing of a kind at once; nothing for who may not know, and whose lists have less. */
export async function readDetails(region: string, kind: EntityType) {
  const input = { Filter: [kind], MaxItems };
  const pages = paginateGetAccountAuthorizationDetails({ client: iam(region) }, input);
  const found = await all(pages, (page) => [page]).catch(() => []);
  return {
    roles: found.flatMap((page) => page.RoleDetailList ?? []),
    users: found.flatMap((page) => page.UserDetailList ?? []),
    groups: found.flatMap((page) => page.GroupDetailList ?? []),
    policies: found.flatMap((page) => page.Policies ?? []) as ManagedPolicyDetail[],
  };
}

/** Who has permissions: a role, a user or a group, by its name. */
export interface Holder {
  kind: "role" | "user" | "group";
  name: string;
}

export function readAttached(region: string, { kind, name }: Holder): Promise<AttachedPolicy[]> {
  const client = { client: iam(region) };
  const pages = {
    role: () => paginateListAttachedRolePolicies(client, { RoleName: name }),
    user: () => paginateListAttachedUserPolicies(client, { UserName: name }),
    group: () => paginateListAttachedGroupPolicies(client, { GroupName: name }),
  }[kind]();
  return all(pages, (page) => page.AttachedPolicies);
}

/** The names of the policies that are part of their holder. */
export function readInlineNames(region: string, { kind, name }: Holder): Promise<string[]> {
  const client = { client: iam(region) };
  const pages = {
    role: () => paginateListRolePolicies(client, { RoleName: name }),
    user: () => paginateListUserPolicies(client, { UserName: name }),
    group: () => paginateListGroupPolicies(client, { GroupName: name }),
  }[kind]();
  return all(pages, (page) => page.PolicyNames);
}

export async function readInline(region: string, { kind, name }: Holder, PolicyName: string) {
  const client = iam(region);
  const { PolicyDocument } = await {
    role: () => client.send(new GetRolePolicyCommand({ RoleName: name, PolicyName })),
    user: () => client.send(new GetUserPolicyCommand({ UserName: name, PolicyName })),
    group: () => client.send(new GetGroupPolicyCommand({ GroupName: name, PolicyName })),
  }[kind]();
  return documentOf(PolicyDocument);
}

export function readVersions(region: string, PolicyArn: string): Promise<PolicyVersion[]> {
  return all(
    paginateListPolicyVersions({ client: iam(region) }, { PolicyArn, MaxItems }),
    (page) => page.Versions,
  );
}

export async function readVersion(region: string, PolicyArn: string, VersionId: string): Promise<string> {
  const answer = await iam(region).send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return documentOf(answer.PolicyVersion?.Document);
}

export function readInstanceProfiles(region: string, RoleName: string) {
  return all(
    paginateListInstanceProfilesForRole({ client: iam(region) }, { RoleName }),
    (page) => page.InstanceProfiles,
  );
}

export function readGroupsOf(region: string, UserName: string): Promise<Group[]> {
  return all(paginateListGroupsForUser({ client: iam(region) }, { UserName }), (page) => page.Groups);
}

export function readMembers(region: string, GroupName: string): Promise<User[]> {
  return all(paginateGetGroup({ client: iam(region) }, { GroupName, MaxItems }), (page) => page.Users);
}

/** The access keys of a user; without a name, one's own. */
export async function readAccessKeys(region: string, UserName: string | undefined) {
  return (await iam(region).send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? [];
}

/** A document as answers have it: encoded as in addresses (RFC 3986). */
export function documentOf(encoded: string | undefined): string {
  try {
    return decodeURIComponent(encoded ?? "");
  } catch {
    return encoded ?? "";
  }
}
