import {
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  ListUserTagsCommand,
  type Tag,
  TagPolicyCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagPolicyCommand,
  UntagRoleCommand,
  UntagUserCommand,
} from "@aws-sdk/client-iam";
import { iam } from "../clients/iam";

/** What has tags in IAM, by the folder of its noun. */
export type Tagged = "roles" | "users" | "policies";

/** The tags of one, up to the fifty that there can be. */
export async function readTags(region: string, kind: Tagged, id: string): Promise<Tag[]> {
  const client = iam(region);
  const { Tags = [] } = await {
    roles: () => client.send(new ListRoleTagsCommand({ RoleName: id })),
    users: () => client.send(new ListUserTagsCommand({ UserName: id })),
    policies: () => client.send(new ListPolicyTagsCommand({ PolicyArn: id })),
  }[kind]();
  return Tags;
}

export function addTags(region: string, kind: Tagged, id: string, Tags: Tag[]): Promise<unknown> {
  const client = iam(region);
  return {
    roles: () => client.send(new TagRoleCommand({ RoleName: id, Tags })),
    users: () => client.send(new TagUserCommand({ UserName: id, Tags })),
    policies: () => client.send(new TagPolicyCommand({ PolicyArn: id, Tags })),
  }[kind]();
}

export function removeTags(region: string, kind: Tagged, id: string, TagKeys: string[]): Promise<unknown> {
  const client = iam(region);
  return {
    roles: () => client.send(new UntagRoleCommand({ RoleName: id, TagKeys })),
    users: () => client.send(new UntagUserCommand({ UserName: id, TagKeys })),
    policies: () => client.send(new UntagPolicyCommand({ PolicyArn: id, TagKeys })),
  }[kind]();
}
