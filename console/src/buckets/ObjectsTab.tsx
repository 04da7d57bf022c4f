import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { type ReactNode, useState } from "react";
import { failureOf } from "../clients/failure";
import { fail } from "../frame/flash";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { bytesText } from "../resources/bytes";
import { DASH } from "../resources/names";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { download, nameOf, open, uriOf, urlOf } from "./addresses";
import { type Entry, useContent } from "./content";
import { FolderCrumbs, folderHref } from "./FolderCrumbs";
import { CreateFolderDialog, DeleteObjectsDialog } from "./ObjectDialogs";
import { Permitted } from "./Permitted";
import type { Home } from "./read";
import { useVersioning } from "./settings";

/** How many objects are shown, and added each time that somebody asks for more. */
const OBJECTS = 200;

/** The objects of a bucket, in folders by what their keys begin with. `?prefix=…` is the folder. */
export function ObjectsTab({ home }: { home: Home }) {
  const folder = usePlace().route.query.get("prefix") ?? "";
  return <Folder key={`${home.name}/${folder}`} home={home} folder={folder} />;
}

function Folder({ home, folder }: { home: Home; folder: string }) {
  const { region } = usePlace().route;
  const [begin, setBegin] = useState("");
  const [hasVersions, setVersions] = useState(false);
  const [max, setMax] = useState(OBJECTS);
  const [chosen, choose] = useState<string[]>([]);
  const [dialog, setDialog] = useState<"folder" | "delete">();
  const isVersioned = useVersioning(home).data === "Enabled";
  const reading = useContent(home, { prefix: folder + begin, hasVersions, max });
  const close = () => setDialog(undefined);
  // The folder's own object is no part of it.
  const entries = reading.data?.entries.filter((it) => it.key !== folder) ?? [];
  const selected = entries.filter((it) => chosen.includes(it.id));
  return (
    <SpaceBetween size="s">
      {folder && <FolderCrumbs region={region} bucket={home.name} folder={folder} />}
      <SmallTable
        title="Objects"
        wrapLines={hasVersions}
        items={entries}
        // What is refused is said below, in the words of what a bucket's policy may refuse.
        reading={{ ...reading, failure: undefined }}
        empty={reading.failure ? "Nothing can be shown." : emptiness(folder, begin)}
        selection={{ things: "objects", id: ({ id }) => id, name: labelOf, chosen, choose }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              iconName="refresh"
              ariaLabel="Refresh objects"
              loading={reading.isLoading}
              onClick={reading.refresh}
            />
            <OfOne home={home} selected={selected} />
            <Button
              ariaLabel="Delete objects"
              disabled={selected.length === 0}
              onClick={() => setDialog("delete")}
            >
              Delete
            </Button>
            <Button onClick={() => setDialog("folder")}>Create folder</Button>
            <Button
              variant="primary"
              href={href(region, ["buckets", home.name, "upload"], folder ? { prefix: folder } : {})}
            >
              Upload
            </Button>
          </SpaceBetween>
        }
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="center">
            <Input
              type="search"
              value={begin}
              ariaLabel="Find objects by prefix"
              placeholder="Find objects by prefix"
              onChange={({ detail }) => setBegin(detail.value)}
            />
            <Toggle checked={hasVersions} onChange={({ detail }) => setVersions(detail.checked)}>
              Show versions
            </Toggle>
          </SpaceBetween>
        }
        columns={columns(region, home, hasVersions)}
      />
      <Permitted
        things="Objects"
        doing="list objects"
        permission={hasVersions ? "s3:ListBucketVersions" : "s3:ListBucket"}
        reading={reading}
      >
        {({ areMore }) =>
          areMore && (
            <Button onClick={() => setMax(max + OBJECTS)} loading={reading.isLoading}>
              Load more objects
            </Button>
          )
        }
      </Permitted>
      {dialog === "folder" && <CreateFolderDialog home={home} folder={folder} close={close} />}
      {dialog === "delete" && (
        <DeleteObjectsDialog home={home} entries={selected} isVersioned={isVersioned} close={close} />
      )}
    </SpaceBetween>
  );
}

function emptiness(folder: string, begin: string): string {
  if (begin) return `No object's key begins with ${folder}${begin}`;
  return `No objects: you don't have any objects in this ${folder ? "folder" : "bucket"}.`;
}

function labelOf({ key, versionId }: Entry): string {
  return versionId ? `${key} ${versionId}` : key;
}

function columns(region: string, home: Home, hasVersions: boolean) {
  const always: { header: string; cell: (it: Entry) => ReactNode }[] = [
    { header: "Type", cell: typeOf },
    { header: "Last modified", cell: (it) => timeOf(it.modified) },
    { header: "Size", cell: (it) => (it.kind === "object" ? bytesText(it.size) : DASH) },
    { header: "Storage class", cell: (it) => storageClass(it.storageClass) },
  ];
  const name = { header: "Name", cell: (it: Entry) => <EntryLink region={region} home={home} entry={it} /> };
  const version = { header: "Version ID", cell: (it: Entry) => it.versionId ?? DASH };
  return hasVersions ? [name, version, ...always] : [name, ...always];
}

function EntryLink({ region, home, entry }: { region: string; home: Home; entry: Entry }) {
  const { key, kind, versionId, isLatest } = entry;
  const text = nameOf(key);
  if (kind === "folder") return <Link href={folderHref(region, home.name, key)}>{text}</Link>;
  if (kind === "marker") return text;
  const link = <Link href={objectHref(region, home, { key, versionId })}>{text}</Link>;
  return versionId && !isLatest ? <Box padding={{ left: "l" }}>{link}</Box> : link;
}

/** The page of an object, or of one of its versions. */
export function objectHref(
  region: string,
  home: Home,
  which: { key: string; versionId?: string | undefined },
) {
  const { key, versionId } = which;
  return href(region, ["buckets", home.name, "object"], { key, ...(versionId && { versionId }) });
}

/** What an object is by its name: `txt`. */
export function typeOf({ key, kind }: Entry): string {
  if (kind === "folder" || key.endsWith("/")) return "Folder";
  if (kind === "marker") return "Delete marker";
  return /\.([^./]+)$/.exec(key)?.[1] ?? DASH;
}

/** `STANDARD_IA` as people write it. */
export function storageClass(name: string | undefined): string {
  return name ? name.charAt(0) + name.slice(1).toLowerCase().replaceAll("_", " ") : DASH;
}

/** The buttons for exactly one object. */
export function OfOne({ home, selected }: { home: Home; selected: Entry[] }) {
  const [entry] = selected;
  const isOne = selected.length === 1 && entry !== undefined;
  const isReadable = isOne && entry.kind === "object";
  const act = (text: string, what: typeof open) => {
    if (entry)
      what(home, entry).catch((error) => fail(`${nameOf(entry.key)} was not ${text}`, failureOf(error)));
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <CopyButton text="Copy S3 URI" value={isOne ? uriOf(home, entry.key) : undefined} />
      <CopyButton text="Copy URL" value={isReadable ? urlOf(home, entry.key) : undefined} />
      <Button
        iconName="download"
        disabled={!isReadable}
        disabledReason="Select one object first."
        onClick={() => act("downloaded", download)}
      >
        Download
      </Button>
      <Button
        iconName="external"
        iconAlign="right"
        disabled={!isReadable}
        disabledReason="Select one object first."
        onClick={() => act("opened", open)}
      >
        Open
      </Button>
    </SpaceBetween>
  );
}

function CopyButton({ text, value }: { text: string; value: string | undefined }) {
  const what = text.replace("Copy ", "");
  return (
    <CopyToClipboard
      copyButtonText={text}
      textToCopy={value ?? ""}
      copySuccessText={`${what} copied`}
      copyErrorText={`${what} could not be copied`}
      disabled={value === undefined}
      disabledReason="Select one object first."
    />
  );
}
