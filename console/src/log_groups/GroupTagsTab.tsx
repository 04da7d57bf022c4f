import { href } from "../frame/route";
import { ManagedTagsTab } from "../resources/ManagedTagsTab";
import { useGroupTags } from "./read";

interface Props {
  region: string;
  group: string;
  arn: string;
}

/** The tab Tags of a log group. */
export function GroupTagsTab({ region, group, arn }: Props) {
  const tags = useGroupTags(region, arn);
  return <ManagedTagsTab reading={tags} manage={href(region, ["log_groups", group, "manage_tags"])} />;
}
