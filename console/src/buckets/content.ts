import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { refusal } from "../clients/failure";
import { useReading } from "../clients/reading";
import { s3 } from "../clients/s3";
import type { Home } from "./read";

/** What ends a folder's name, and parts it from what lies in it. */
export const DELIMITER = "/";
/** How many objects one call deletes at most. */
const DELETED_AT_ONCE = 1000;

/** A line of a bucket's list: a folder, an object, or, where versions are shown, one of its versions or a delete marker. */
export interface Entry {
  /** Of its own, also among versions. */
  id: string;
  key: string;
  kind: "folder" | "object" | "marker";
  versionId?: string | undefined;
  /** Whether it is an object's version that counts. */
  isLatest?: boolean;
  modified?: Date | undefined;
  size?: number | undefined;
  storageClass?: string | undefined;
}

export interface Wanted {
  /** What keys begin with. */
  prefix: string;
  hasVersions: boolean;
  max: number;
}

export interface Content {
  entries: Entry[];
  areMore: boolean;
}

/** So many of the objects and folders whose keys begin with something. */
export function useContent(home: Home, { prefix, hasVersions, max }: Wanted) {
  return useReading<Content>(`objects/${home.name}/${prefix}/${hasVersions}/${max}`, async () => {
    const entries: Entry[] = [];
    for await (const page of hasVersions ? versionPages(home, prefix) : objectPages(home, prefix)) {
      entries.push(...page);
      if (entries.length > max) break;
    }
    return { entries: entries.slice(0, max), areMore: entries.length > max };
  });
}

async function* objectPages(home: Home, Prefix: string): AsyncGenerator<Entry[]> {
  const input = { Bucket: home.name, Prefix, Delimiter: DELIMITER };
  for await (const page of paginateListObjectsV2({ client: s3(home.region) }, input)) {
    const objects = (page.Contents ?? []).map(
      ({ Key = "", LastModified, Size, StorageClass }): Entry => ({
        id: Key,
        key: Key,
        kind: "object",
        modified: LastModified,
        size: Size,
        storageClass: StorageClass,
      }),
    );
    yield [...folders(page.CommonPrefixes), ...objects];
  }
}

async function* versionPages(home: Home, prefix: string): AsyncGenerator<Entry[]> {
  for await (const page of allVersions(home, prefix, DELIMITER)) {
    yield [...folders(page.CommonPrefixes), ...versionsIn(page)];
  }
}

function folders(prefixes: { Prefix?: string | undefined }[] = []): Entry[] {
  return prefixes.map(({ Prefix = "" }) => ({ id: Prefix, key: Prefix, kind: "folder" }));
}

/** The versions and delete markers of one key, the newest first. */
export async function readVersionsOf(home: Home, key: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const page of allVersions(home, key)) {
    const own = versionsIn(page).filter((it) => it.key === key);
    found.push(...own);
    // Keys come in order: those that only begin with this one follow it.
    if (own.length < versionsIn(page).length) break;
  }
  return found;
}

/** Versions and delete markers, which answers have apart, by their keys and the newest first, as S3 orders them. */
function versionsIn({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Entry[] {
  const versions = Versions.map(
    (it): Entry => ({ ...entryOf(it, "object"), size: it.Size, storageClass: it.StorageClass }),
  );
  const markers = DeleteMarkers.map((it) => entryOf(it, "marker"));
  const newest = (it: Entry) => (it.isLatest ? Number.POSITIVE_INFINITY : (it.modified?.getTime() ?? 0));
  return [...versions, ...markers].sort((a, b) =>
    a.key === b.key ? (newest(a) < newest(b) ? 1 : -1) : a.key < b.key ? -1 : 1,
  );
}

interface Version {
  Key?: string | undefined;
  VersionId?: string | undefined;
  IsLatest?: boolean | undefined;
  LastModified?: Date | undefined;
}

function entryOf({ Key = "", VersionId, IsLatest, LastModified }: Version, kind: Entry["kind"]): Entry {
  return {
    id: `${Key}?${VersionId}`,
    key: Key,
    kind,
    versionId: VersionId,
    isLatest: IsLatest ?? false,
    modified: LastModified,
  };
}

/** All pages of versions; the SDK has no paginator for them. */
async function* allVersions(home: Home, Prefix: string, Delimiter?: string) {
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await s3(home.region).send(
      new ListObjectVersionsCommand({ Bucket: home.name, Prefix, Delimiter, ...from }),
    );
    yield page;
    if (!page.IsTruncated) return;
    from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

/** Whether a bucket has nothing, old versions and delete markers included. */
export function useIsEmpty(home: Home) {
  return useReading(`bucket-is-empty/${home.name}`, async () => {
    const page = await s3(home.region).send(new ListObjectVersionsCommand({ Bucket: home.name, MaxKeys: 1 }));
    return versionsIn(page).length === 0;
  });
}

/** Deletes everything that a bucket has for good, and says on the way how many that were. */
export async function empty(home: Home, said: (count: number) => void) {
  let count = 0;
  for await (const page of allVersions(home, "")) {
    const found = versionsIn(page).map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
    await deleteObjects(home, found);
    count += found.length;
    said(count);
  }
  return count;
}

/** What deleting these means: a folder goes with all that lies in it. */
export async function objectsOf(home: Home, entries: Entry[]): Promise<ObjectIdentifier[]> {
  const found: ObjectIdentifier[] = [];
  for (const { key, kind, versionId } of entries) {
    if (kind !== "folder") {
      found.push({ Key: key, ...(versionId && { VersionId: versionId }) });
      continue;
    }
    const input = { Bucket: home.name, Prefix: key };
    for await (const page of paginateListObjectsV2({ client: s3(home.region) }, input)) {
      found.push(...(page.Contents ?? []).map(({ Key }) => ({ Key })));
    }
  }
  return found;
}

/** Deletes objects or versions, however many. */
export async function deleteObjects(home: Home, objects: ObjectIdentifier[]) {
  for (let at = 0; at < objects.length; at += DELETED_AT_ONCE) {
    const Objects = objects.slice(at, at + DELETED_AT_ONCE);
    const { Errors = [] } = await s3(home.region).send(
      new DeleteObjectsCommand({ Bucket: home.name, Delete: { Objects, Quiet: true } }),
    );
    const [first, ...others] = Errors;
    if (first) {
      const more = others.length > 0 ? ` (and ${others.length} more)` : "";
      throw refusal(first.Code, `${first.Key}${more}: ${first.Message}`);
    }
  }
}
