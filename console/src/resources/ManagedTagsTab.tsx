import type { Tag } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import type { Reading } from "../clients/reading";
import { Loaded } from "./Loaded";
import { TagsTab } from "./TagsTab";

/** The tab Tags of a resource whose tags are read for themselves, with the way to the page that changes them. */
export function ManagedTagsTab({ reading, manage }: { reading: Reading<Tag[]>; manage: string }) {
  return (
    <Loaded things="Tags" reading={reading}>
      {(tags) => <TagsTab tags={tags} actions={<Button href={manage}>Manage tags</Button>} />}
    </Loaded>
  );
}
