import type { Holder } from "../clients/identities";
import type { Crumb } from "../frame/Page";

/** The nouns of those who have permissions. */
export const NOUN_OF = { role: "roles", user: "users", group: "user_groups" } as const;
export const KIND_OF = { role: "Role", user: "User", group: "User group" } as const;
const LISTS = { role: "Roles", user: "Users", group: "User groups" } as const;

/** The pages above one of theirs. */
export function crumbsOf({ kind, name }: Holder): Crumb[] {
  return [
    { text: LISTS[kind], path: [NOUN_OF[kind]] },
    { text: name, path: [NOUN_OF[kind], name] },
  ];
}
