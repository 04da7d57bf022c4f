import { type BucketVersioningStatus, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import type { Home } from "./read";
import { VERSIONING } from "./versioning";

interface Props {
  home: Home;
  before: BucketVersioningStatus | undefined;
  close: () => void;
}

/** Edit Bucket Versioning. Once it was on it can only be suspended. */
export function VersioningDialog({ home, before, close }: Props) {
  const [status, setStatus] = useState<BucketVersioningStatus>(before ?? "Suspended");
  const run = async () => {
    await s3(home.region).send(
      new PutBucketVersioningCommand({
        Bucket: home.name,
        VersioningConfiguration: { Status: status },
      }),
    );
    succeed("Successfully edited Bucket Versioning.");
  };
  return (
    <ConfirmDialog title="Edit Bucket Versioning" button="Save changes" close={close} run={run}>
      <FormField label="Bucket Versioning">
        <RadioGroup
          value={status}
          items={VERSIONING.map(({ value, edit, about }) => ({ value, label: edit, description: about }))}
          onChange={({ detail }) => setStatus(detail.value as BucketVersioningStatus)}
        />
      </FormField>
    </ConfirmDialog>
  );
}
