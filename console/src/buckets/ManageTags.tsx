import { DeleteBucketTaggingCommand, PutBucketTaggingCommand } from "@aws-sdk/client-s3";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { FormPage } from "../forms/FormPage";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { crumbsOf, inBucket } from "./inBucket";
import { Permitted } from "./Permitted";
import type { Home } from "./read";
import { useBucketTags } from "./settings";

/** Edit bucket tags, all of them at once. */
function ManageTags({ home }: { home: Home }) {
  const region = useRegion();
  const reading = useBucketTags(home);
  const [typed, setTyped] = useState<TypedTag[]>();
  const before = reading.data?.map(({ Key = "", Value = "" }) => ({ key: Key, value: Value }));
  const tags = typed ?? before ?? [];
  const back = href(region, ["buckets", home.name], { tab: "properties" });
  const submit = async () => {
    const Bucket = home.name;
    const TagSet = written(tags);
    await (TagSet.length > 0
      ? s3(home.region).send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
      : s3(home.region).send(new DeleteBucketTaggingCommand({ Bucket })));
    succeed("Successfully edited bucket tags.");
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf(home.name)}
      title="Edit bucket tags"
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={before === undefined}
    >
      <Permitted things="Tags" doing="get tags" permission="s3:GetBucketTagging" reading={reading}>
        {() => <TagsEditor tags={tags} change={setTyped} />}
      </Permitted>
    </FormPage>
  );
}

export default inBucket(ManageTags);
