import type { Tag } from "@aws-sdk/client-ec2";
import { useState } from "react";
import type { Reading } from "../clients/reading";
import { succeed } from "../frame/flash";
import type { Crumb } from "../frame/Page";
import { go } from "../frame/route";
import { FormPage } from "./FormPage";
import { runSteps, type Step } from "./steps";
import { TagsEditor, type TypedTag } from "./TagsEditor";

interface Props {
  /** The pages above it, as the breadcrumbs name them. */
  above: Crumb[];
  /** What people call the resource. */
  name: string;
  /** Where its tags are shown. */
  back: string;
  /** The tags that it has. */
  reading: Reading<Tag[]>;
  /** Sets those that are new or have another value. */
  set: (tags: TypedTag[]) => Promise<unknown>;
  remove: (keys: string[]) => Promise<unknown>;
}

/** Manage tags: all of a resource's at once. */
export function ManageTagsPage({ above, name, back, reading, set, remove }: Props) {
  const [edited, setEdited] = useState<TypedTag[]>();
  const before = (reading.data ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
  const tags = edited ?? before;
  const submit = async () => {
    const { gone, changed } = difference(before, tags);
    const steps: (Step | false)[] = [
      gone.length > 0 && { text: `the tags ${gone.join(", ")} were removed`, run: () => remove(gone) },
      changed.length > 0 && { text: "tags were set", run: () => set(changed) },
    ];
    await runSteps(steps.filter((it) => it !== false));
    succeed(`Tags of ${name} updated.`);
    go(back);
  };
  return (
    <FormPage
      above={above}
      title="Manage tags"
      button="Save changes"
      cancel={back}
      submit={submit}
      reading={reading}
    >
      {reading.data && <TagsEditor tags={tags} change={setEdited} />}
    </FormPage>
  );
}

/** What is no longer there, and what is new or has another value. */
function difference(before: TypedTag[], after: TypedTag[]) {
  const gone = before.map((it) => it.key).filter((key) => !after.some((it) => it.key === key));
  const isKnown = (tag: TypedTag) => before.some((it) => it.key === tag.key && it.value === tag.value);
  return { gone, changed: after.filter((it) => it.key && !isKnown(it)) };
}
