import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { Details } from "../resources/Details";
import { DASH } from "../resources/names";
import { NOT_THERE_YET } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { Panel } from "./Panel";
import type { Home } from "./read";
import { useBucketTags, useEncryption, useIsLocked, useVersioning, useWebsite } from "./settings";
import { VersioningDialog } from "./VersioningDialog";

/** What a bucket does with its objects. */
export function PropertiesTab({ home }: { home: Home }) {
  return (
    <SpaceBetween size="l">
      <Versioning home={home} />
      <Tags home={home} />
      <Encryption home={home} />
      <Lock home={home} />
      <Website home={home} />
    </SpaceBetween>
  );
}

/** Why a setting is only shown. */
function EditLater() {
  return (
    <Button disabled disabledReason={NOT_THERE_YET}>
      Edit
    </Button>
  );
}

function Versioning({ home }: { home: Home }) {
  const reading = useVersioning(home);
  const [isEdited, edit] = useState(false);
  return (
    <>
      <Panel
        title="Bucket Versioning"
        description="Keeps every version of every object, also of those that are overwritten or deleted."
        doing="get Bucket Versioning"
        permission="s3:GetBucketVersioning"
        reading={reading}
        actions={
          <Button ariaLabel="Edit Bucket Versioning" onClick={() => edit(true)}>
            Edit
          </Button>
        }
      >
        {() => <Details fields={[{ label: "Bucket Versioning", value: reading.data ?? "Disabled" }]} />}
      </Panel>
      {isEdited && <VersioningDialog home={home} before={reading.data} close={() => edit(false)} />}
    </>
  );
}

function Tags({ home }: { home: Home }) {
  const region = useRegion();
  return (
    <Panel
      title="Bucket tags"
      description="Tags track costs and sort buckets."
      doing="get tags"
      permission="s3:GetBucketTagging"
      reading={useBucketTags(home)}
      actions={
        <Button ariaLabel="Edit tags" href={href(region, ["buckets", home.name, "manage_tags"])}>
          Edit
        </Button>
      }
    >
      {(tags) => <TagsTab tags={tags} />}
    </Panel>
  );
}

function Encryption({ home }: { home: Home }) {
  return (
    <Panel
      title="Default encryption"
      description="New objects are encrypted by it."
      doing="get default encryption"
      permission="s3:GetEncryptionConfiguration"
      reading={useEncryption(home)}
      actions={<EditLater />}
    >
      {([rule]) => {
        const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
        return (
          <Details
            fields={[
              { label: "Encryption type", value: encryptionText(SSEAlgorithm) },
              { label: "Encryption key ARN", value: KMSMasterKeyID ?? DASH },
              { label: "Bucket Key", value: rule?.BucketKeyEnabled ? "Enabled" : "Disabled" },
            ]}
          />
        );
      }}
    </Panel>
  );
}

/** `AES256` as the console calls it. */
export function encryptionText(algorithm: string | undefined): string {
  if (algorithm === undefined) return DASH;
  const key = algorithm === "AES256" ? "Amazon S3 managed keys (SSE-S3)" : algorithm;
  return `Server-side encryption with ${key}`;
}

function Lock({ home }: { home: Home }) {
  return (
    <Panel
      title="Object Lock"
      description="Keeps versions from being deleted for some time, or for good."
      doing="get Object Lock"
      permission="s3:GetBucketObjectLockConfiguration"
      reading={useIsLocked(home)}
      actions={<EditLater />}
    >
      {(isLocked) => <Box>{isLocked ? "Enabled" : "Disabled"}</Box>}
    </Panel>
  );
}

function Website({ home }: { home: Home }) {
  return (
    <Panel
      title="Static website hosting"
      description="Answers with the bucket's objects as a website."
      doing="get static website hosting"
      permission="s3:GetBucketWebsite"
      reading={useWebsite(home)}
      actions={<EditLater />}
    >
      {({ isOn, index, error }) => (
        <Details
          fields={[
            { label: "Static website hosting", value: isOn ? "Enabled" : "Disabled" },
            { label: "Index document", value: index ?? DASH },
            { label: "Error document", value: error ?? DASH },
          ]}
        />
      )}
    </Panel>
  );
}
