import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import { logs } from "../clients/logs";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { logGroupArn } from "./places";
import { useGroupTags } from "./read";
import { tagRecord } from "./tags";

/** Manage tags of a log group. */
export default function ManageTags({ id }: { id: string }) {
  const { route, session } = usePlace();
  const { region } = route;
  const resourceArn = logGroupArn(region, session.account, id);
  const { data } = useGroupTags(region, resourceArn);
  const [typed, setTyped] = useState<TypedTag[]>();
  const before = (data ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
  const tags = typed ?? before;
  const back = href(region, ["log_groups", id], { tab: "tags" });
  const submit = async () => {
    const wanted = tagRecord(tags);
    const removed = before.map((it) => it.key).filter((key) => !(key in wanted));
    await runSteps([
      ...(removed.length > 0
        ? [
            {
              text: `the tags ${removed.join(", ")} were removed`,
              run: () => logs(region).send(new UntagResourceCommand({ resourceArn, tagKeys: removed })),
            },
          ]
        : []),
      ...(Object.keys(wanted).length > 0
        ? [
            {
              text: "tags were set",
              run: () => logs(region).send(new TagResourceCommand({ resourceArn, tags: wanted })),
            },
          ]
        : []),
    ]);
    succeed(`The tags of ${id} were changed.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Log groups", path: ["log_groups"] },
        { text: id, path: ["log_groups", id] },
      ]}
      title="Manage tags"
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={data === undefined}
    >
      {data === undefined ? <Box>Reading tags</Box> : <TagsEditor tags={tags} change={setTyped} />}
    </FormPage>
  );
}
