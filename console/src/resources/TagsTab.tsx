import type { Tag } from "@aws-sdk/client-ec2";
import { SmallTable } from "../table/SmallTable";

/** The tab Tags of every resource. */
export function TagsTab({ tags }: { tags: Tag[] | undefined }) {
  return (
    <SmallTable
      title="Tags"
      items={tags ?? []}
      empty="No tags"
      columns={[
        { header: "Key", cell: (tag) => tag.Key },
        { header: "Value", cell: (tag) => tag.Value || "–" },
      ]}
    />
  );
}
