import { readUsers } from "../clients/identities";
import { useReading } from "../clients/reading";
import { useRegion } from "../frame/places";
import { timeOf } from "../resources/times";
import { ChoiceTable } from "../table/ChoiceTable";

interface Props {
  title: string;
  /** Names. */
  chosen: string[];
  choose: (names: string[]) => void;
  without?: string[];
}

/** The table of users that can be in a group. */
export function UsersChoice({ title, chosen, choose, without = [] }: Props) {
  const region = useRegion();
  const users = useReading(`all_users/${region}`, () => readUsers(region));
  return (
    <ChoiceTable
      title={title}
      description="Select users to add to this user group."
      things="users"
      items={(users.data ?? []).filter((it) => !without.includes(it.UserName ?? ""))}
      reading={users}
      id={(it) => it.UserName ?? ""}
      name={(it) => it.UserName ?? ""}
      columns={[
        { header: "User name", cell: (it) => it.UserName },
        { header: "Creation time", cell: (it) => timeOf(it.CreateDate) },
      ]}
      empty="There are no users to add."
      find={{ placeholder: "Search users" }}
      chosen={chosen}
      choose={choose}
    />
  );
}
