import { useReading } from "../clients/reading";
import { ManageTagsPage } from "../forms/ManageTagsPage";
import { written } from "../forms/TagsEditor";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { addTags, readTags, removeTags, type Tagged } from "./tags";

const LISTS = { roles: "Roles", users: "Users", policies: "Policies" };

/** Manage tags of what has tags in IAM. */
export function ManageTags({ kind, id }: { kind: Tagged; id: string }) {
  const region = useRegion();
  const reading = useReading(`tags/${kind}/${id}`, () => readTags(region, kind, id));
  const name = id.split("/").at(-1) ?? id;
  return (
    <ManageTagsPage
      above={[
        { text: LISTS[kind], path: [kind] },
        { text: name, path: [kind, id] },
      ]}
      name={name}
      back={href(region, [kind, id], { tab: "tags" })}
      reading={reading}
      set={(tags) => addTags(region, kind, id, written(tags))}
      remove={(keys) => removeTags(region, kind, id, keys)}
    />
  );
}
