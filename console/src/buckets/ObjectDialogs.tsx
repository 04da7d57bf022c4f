import { PutObjectCommand } from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { counted } from "../resources/names";
import { DELIMITER, deleteObjects, type Entry, objectsOf } from "./content";
import type { Home } from "./read";

interface FolderProps {
  home: Home;
  /** The folder that it will be in. */
  folder: string;
  close: () => void;
}

/** Create folder: an object without bytes whose key ends with a stroke. */
export function CreateFolderDialog({ home, folder, close }: FolderProps) {
  const [name, setName] = useState("");
  const isName = name.trim() !== "" && !name.includes(DELIMITER);
  const run = async () => {
    const Key = `${folder}${name.trim()}${DELIMITER}`;
    await s3(home.region).send(new PutObjectCommand({ Bucket: home.name, Key }));
    succeed(`Successfully created folder "${name.trim()}".`);
  };
  return (
    <ConfirmDialog title="Create folder" button="Create folder" isBlocked={!isName} close={close} run={run}>
      <FormField label="Folder name" constraintText='Folder names cannot contain "/".'>
        <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ConfirmDialog>
  );
}

interface DeleteProps {
  home: Home;
  entries: Entry[];
  /** Whether the bucket keeps versions, and hides what is deleted behind a delete marker. */
  isVersioned: boolean;
  close: () => void;
  deleted?: () => void;
}

/** Delete objects. Those that can be had back want another word than those that cannot. */
export function DeleteObjectsDialog({ home, entries, isVersioned, close, deleted }: DeleteProps) {
  const isForGood = !isVersioned || entries.some((it) => it.versionId);
  const run = async () => {
    const objects = await objectsOf(home, entries);
    await deleteObjects(home, objects);
    succeed(`Successfully deleted ${counted(objects.length, "object")}.`);
    deleted?.();
  };
  return (
    <ConfirmDialog
      title="Delete objects"
      button="Delete objects"
      word={isForGood ? "permanently delete" : "delete"}
      close={close}
      run={run}
    >
      <Alert type={isForGood ? "warning" : "info"}>
        {isForGood
          ? "This cannot be undone. A folder is deleted with all objects in it."
          : "The bucket keeps versions: each object gets a delete marker, and its versions stay."}
      </Alert>
      <Box>
        To be deleted: <Box variant="strong">{entries.map((it) => it.key).join(", ")}</Box>
      </Box>
    </ConfirmDialog>
  );
}
