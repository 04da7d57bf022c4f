import { useState } from "react";
import { readMembers } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { crumbsOf } from "../policies/holders";
import { counted } from "../resources/names";
import { joining } from "../users/CreateUser";
import { UsersChoice } from "./UsersChoice";

/** Add users to a group. */
export default function AddUsers({ id }: { id: string }) {
  const region = useRegion();
  const members = useReading(`members/${id}`, () => readMembers(region, id));
  const [chosen, choose] = useState<string[]>([]);
  const back = href(region, ["user_groups", id]);
  const submit = async () => {
    await runSteps(chosen.flatMap((user) => joining(region, user, [id])));
    succeed(`${counted(chosen.length, "user")} added to ${id}.`);
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf({ kind: "group", name: id })}
      title={`Add users to ${id}`}
      crumb="Add users"
      button="Add users"
      cancel={back}
      submit={submit}
      isDisabled={chosen.length === 0}
    >
      <UsersChoice
        title="Other users in this account"
        chosen={chosen}
        choose={choose}
        without={(members.data ?? []).map((it) => it.UserName ?? "")}
      />
    </FormPage>
  );
}
