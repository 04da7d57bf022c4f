import Button from "@cloudscape-design/components/button";
import { useReading } from "../clients/reading";
import { href } from "../frame/route";
import { Loaded } from "../resources/Loaded";
import { TagsTab } from "../resources/TagsTab";
import { readTags, type Tagged } from "./tags";

/** The tab Tags of what has tags in IAM. */
export function IamTagsTab({ region, kind, id }: { region: string; kind: Tagged; id: string }) {
  const tags = useReading(`tags/${kind}/${id}`, () => readTags(region, kind, id));
  const manage = <Button href={href(region, [kind, id, "manage_tags"])}>Manage tags</Button>;
  return (
    <Loaded things="Tags" reading={tags}>
      {(all) => <TagsTab tags={all} actions={manage} />}
    </Loaded>
  );
}
