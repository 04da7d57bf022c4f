import type { Tag } from "@aws-sdk/client-ec2";
import type { ReactNode } from "react";
import { SmallTable } from "../table/SmallTable";

/** The tab Tags of every resource. */
export function TagsTab({ tags, actions }: { tags: Tag[] | undefined; actions?: ReactNode }) {
  return (
    <SmallTable
      title="Tags"
      actions={actions}
      items={tags ?? []}
      empty="No tags"
      columns={[
        { header: "Key", cell: (tag) => tag.Key },
        { header: "Value", cell: (tag) => tag.Value || "–" },
      ]}
    />
  );
}
