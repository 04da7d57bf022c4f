import { useReading } from "../clients/reading";
import { href } from "../frame/route";
import { ManagedTagsTab } from "../resources/ManagedTagsTab";
import { readTags, type Tagged } from "./tags";

/** The tab Tags of what has tags in IAM. */
export function IamTagsTab({ region, kind, id }: { region: string; kind: Tagged; id: string }) {
  const tags = useReading(`tags/${kind}/${id}`, () => readTags(region, kind, id));
  return <ManagedTagsTab reading={tags} manage={href(region, [kind, id, "manage_tags"])} />;
}
