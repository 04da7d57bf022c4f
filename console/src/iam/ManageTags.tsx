import { useState } from "react";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { runSteps, type Step } from "../forms/steps";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { addTags, readTags, removeTags, type Tagged } from "./tags";

const LISTS = { roles: "Roles", users: "Users", policies: "Policies" };

/** Manage tags: all of them at once. */
export function ManageTags({ kind, id }: { kind: Tagged; id: string }) {
  const region = useRegion();
  const reading = useReading(`tags/${kind}/${id}`, () => readTags(region, kind, id));
  const [edited, setEdited] = useState<TypedTag[]>();
  const before = (reading.data ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
  const tags = edited ?? before;
  const name = id.split("/").at(-1) ?? id;
  const back = href(region, [kind, id], { tab: "tags" });
  const submit = async () => {
    await runSteps(changes(region, kind, id, before, tags));
    succeed(`Tags of ${name} updated.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: LISTS[kind], path: [kind] },
        { text: name, path: [kind, id] },
      ]}
      title="Manage tags"
      description={reading.failure?.message}
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={!reading.data}
    >
      <TagsEditor tags={tags} change={setEdited} />
    </FormPage>
  );
}

/** Takes away what is no longer there, and sets what is new or has another value. */
function changes(region: string, kind: Tagged, id: string, before: TypedTag[], after: TypedTag[]): Step[] {
  const gone = before.map((it) => it.key).filter((key) => !after.some((it) => it.key === key));
  const set = after.filter((it) => !before.some((old) => old.key === it.key && old.value === it.value));
  return [
    ...(gone.length > 0
      ? [{ text: "tags were removed", run: () => removeTags(region, kind, id, gone) }]
      : []),
    ...(set.length > 0
      ? [{ text: "tags were set", run: () => addTags(region, kind, id, written(set)) }]
      : []),
  ];
}
