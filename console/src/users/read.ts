import { GetLoginProfileCommand, type User, type UserDetail } from "@aws-sdk/client-iam";
import { failureOf } from "../clients/failure";
import { iam } from "../clients/iam";
import { readDetails, readUsers } from "../clients/identities";

/** A user with what lists do not have of it: groups and tags. */
export interface UserRow {
  user: User;
  detail: UserDetail | undefined;
}

export async function readUserRows(region: string): Promise<UserRow[]> {
  const [users, { users: details }] = await Promise.all([readUsers(region), readDetails(region, "User")]);
  return users.map((user) => ({ user, detail: details.find((it) => it.UserName === user.UserName) }));
}

/** A user's password, as far as there is one. */
export async function readLoginProfile(region: string, UserName: string) {
  try {
    return { profile: (await iam(region).send(new GetLoginProfileCommand({ UserName }))).LoginProfile };
  } catch (error) {
    if (failureOf(error).code === "NoSuchEntity") return { profile: undefined };
    throw error;
  }
}
