import { useState } from "react";
import { type Holder, readGroups, readRoles, readUsers } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";
import { ChoiceTable } from "../table/ChoiceTable";
import { attach } from "./attach";
import { KIND_OF } from "./holders";
import { readHolders, usePolicy } from "./read";

/** Attach: who is to have a policy's permissions. */
export default function AttachPolicy({ id }: { id: string }) {
  const region = useRegion();
  const name = usePolicy(region, id).data?.PolicyName ?? id;
  const holders = useReading(`policy_attachable/${id}`, () => readOthers(region, id));
  const [chosen, choose] = useState<string[]>([]);
  const back = href(region, ["policies", id], { tab: "entities" });
  const submit = async () => {
    const wanted = (holders.data ?? []).filter((it) => chosen.includes(idOf(it)));
    await runSteps(
      wanted.map((it) => ({ text: `it was attached to ${it.name}`, run: () => attach(region, it, id) })),
    );
    succeed(`Policy ${name} attached to ${counted(wanted.length, "entity", "entities")}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Policies", path: ["policies"] },
        { text: name, path: ["policies", id] },
      ]}
      title="Attach as a permissions policy"
      crumb="Attach"
      description={`Whoever you select may do what ${name} allows.`}
      button="Attach policy"
      cancel={back}
      submit={submit}
      isDisabled={chosen.length === 0}
    >
      <ChoiceTable
        title="IAM entities"
        things="entities"
        items={holders.data ?? []}
        reading={holders}
        id={idOf}
        name={(it) => it.name}
        columns={[
          { header: "Entity name", cell: (it) => it.name },
          {
            header: "Entity type",
            cell: (it) => KIND_OF[it.kind],
          },
        ]}
        empty="There is nobody who does not have it."
        find={{ placeholder: "Search entities" }}
        chosen={chosen}
        choose={choose}
      />
    </FormPage>
  );
}

/** Everybody who does not have it. */
async function readOthers(region: string, arn: string): Promise<Holder[]> {
  const [holding, users, groups, roles] = await Promise.all([
    readHolders(region, arn),
    readUsers(region),
    readGroups(region),
    readRoles(region),
  ]);
  const everybody: Holder[] = [
    ...users.map((it) => ({ kind: "user" as const, name: it.UserName ?? "" })),
    ...groups.map((it) => ({ kind: "group" as const, name: it.GroupName ?? "" })),
    ...roles.map((it) => ({ kind: "role" as const, name: it.RoleName ?? "" })),
  ];
  return everybody.filter((it) => !holding.some((held) => idOf(held) === idOf(it)));
}

function idOf({ kind, name }: Holder): string {
  return `${kind}/${name}`;
}
