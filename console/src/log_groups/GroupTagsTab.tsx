import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { TagsTab } from "../resources/TagsTab";
import { useGroupTags } from "./read";

interface Props {
  region: string;
  group: string;
  arn: string;
}

/** A group's tags, which are read by themselves. */
export function GroupTagsTab({ region, group, arn }: Props) {
  const { data } = useGroupTags(region, arn);
  return (
    <SpaceBetween size="s">
      <Button href={href(region, ["log_groups", group, "manage_tags"])}>Manage tags</Button>
      <TagsTab tags={data} />
    </SpaceBetween>
  );
}
