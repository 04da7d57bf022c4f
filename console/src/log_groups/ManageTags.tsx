import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "../clients/logs";
import { ManageTagsPage } from "../forms/ManageTagsPage";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { logGroupArn } from "./places";
import { useGroupTags } from "./read";
import { tagRecord } from "./tags";

/** Manage tags of a log group. */
export default function ManageTags({ id }: { id: string }) {
  const { route, session } = usePlace();
  const { region } = route;
  const resourceArn = logGroupArn(region, session.account, id);
  return (
    <ManageTagsPage
      above={[
        { text: "Log groups", path: ["log_groups"] },
        { text: id, path: ["log_groups", id] },
      ]}
      name={id}
      back={href(region, ["log_groups", id], { tab: "tags" })}
      reading={useGroupTags(region, resourceArn)}
      set={(tags) => logs(region).send(new TagResourceCommand({ resourceArn, tags: tagRecord(tags) }))}
      remove={(tagKeys) => logs(region).send(new UntagResourceCommand({ resourceArn, tagKeys }))}
    />
  );
}
