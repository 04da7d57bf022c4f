import { useState } from "react";
import { readGroupsOf } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { crumbsOf } from "../policies/holders";
import { counted } from "../resources/names";
import { GroupsChoice, joining } from "./CreateUser";

/** Add user to groups. */
export default function AddToGroups({ id }: { id: string }) {
  const region = useRegion();
  const had = useReading(`groups_of/${id}`, () => readGroupsOf(region, id));
  const [chosen, choose] = useState<string[]>([]);
  const back = href(region, ["users", id], { tab: "groups" });
  const submit = async () => {
    await runSteps(joining(region, id, chosen));
    succeed(`${id} was added to ${counted(chosen.length, "group")}.`);
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf({ kind: "user", name: id })}
      title="Add user to groups"
      button="Add user to groups"
      cancel={back}
      submit={submit}
      isDisabled={chosen.length === 0}
    >
      <GroupsChoice
        chosen={chosen}
        choose={choose}
        without={(had.data ?? []).map((it) => it.GroupName ?? "")}
      />
    </FormPage>
  );
}
