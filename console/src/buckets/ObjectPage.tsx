import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { bytesText } from "../resources/bytes";
import { Copied } from "../resources/cells";
import { Details } from "../resources/Details";
import { DASH } from "../resources/names";
import { type Field, missingTab } from "../resources/noun";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { arnOf, awsUrlOf, nameOf, uriOf, urlOf, type Which } from "./addresses";
import type { Entry } from "./content";
import { FolderCrumbs, folderHref } from "./FolderCrumbs";
import { crumbsOf, inBucket } from "./inBucket";
import { DeleteObjectsDialog } from "./ObjectDialogs";
import { OfOne, objectHref, storageClass, typeOf } from "./ObjectsTab";
import { type Head, useHead, useVersions } from "./object";
import { Permitted } from "./Permitted";
import { encryptionText } from "./PropertiesTab";
import type { Home } from "./read";
import { useVersioning } from "./settings";

/** One object, or one of its versions: `?key=…&versionId=…`. */
function ObjectPage({ home }: { home: Home }) {
  const { route } = usePlace();
  const { region, query } = route;
  const key = query.get("key") ?? "";
  const versionId = query.get("versionId") ?? undefined;
  const which: Which = { key, versionId };
  const entry: Entry = { id: key, key, kind: "object", versionId };
  const [isAsked, ask] = useState(false);
  const isVersioned = useVersioning(home).data === "Enabled";
  const reading = useHead(home, which);
  const tab = query.get("tab") ?? "properties";
  const place = { key, ...(versionId && { versionId }) };
  return (
    <Page title={nameOf(key)} above={crumbsOf(home.name)}>
      <ContentLayout
        header={
          <Header
            variant="h1"
            description={versionId && `Version ID ${versionId}`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Refresh"
                  loading={reading.isLoading}
                  onClick={reading.refresh}
                />
                <OfOne home={home} selected={[entry]} />
                <Button onClick={() => ask(true)}>Delete</Button>
              </SpaceBetween>
            }
          >
            {nameOf(key)}
          </Header>
        }
      >
        <SpaceBetween size="l">
          <FolderCrumbs region={region} bucket={home.name} folder={folderOf(key)} object={nameOf(key)} />
          <Tabs
            ariaLabel={`Tabs of ${key}`}
            activeTabId={tab}
            onChange={({ detail }) =>
              go(href(region, ["buckets", home.name, "object"], { ...place, tab: detail.activeTabId }), true)
            }
            tabs={[
              {
                id: "properties",
                label: "Properties",
                content: (
                  <Container header={<Header variant="h2">Object overview</Header>}>
                    <Permitted
                      things="The object"
                      doing="get the object"
                      permission={versionId ? "s3:GetObjectVersion" : "s3:GetObject"}
                      reading={reading}
                    >
                      {(head) => <Details fields={fieldsOf(home, key, head)} />}
                    </Permitted>
                  </Container>
                ),
              },
              missingTab("permissions", "Permissions"),
              { id: "versions", label: "Versions", content: <VersionsTab home={home} objectKey={key} /> },
            ]}
          />
        </SpaceBetween>
      </ContentLayout>
      {isAsked && (
        <DeleteObjectsDialog
          home={home}
          entries={[entry]}
          isVersioned={isVersioned}
          close={() => ask(false)}
          deleted={() => go(folderHref(region, home.name, folderOf(key)))}
        />
      )}
    </Page>
  );
}

/** `pictures/cat.jpg` lies in `pictures/`. */
function folderOf(key: string): string {
  return key.slice(0, key.replace(/\/$/, "").lastIndexOf("/") + 1);
}

function fieldsOf(home: Home, key: string, head: Head): Field[] {
  const metadata = Object.entries(head.Metadata ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [
    { label: "AWS Region", value: home.region },
    { label: "Last modified", value: timeOf(head.LastModified) },
    { label: "Size", value: bytesText(head.ContentLength) },
    { label: "Type", value: head.ContentType ?? DASH },
    { label: "Key", value: <Copied text={key} label="Key" /> },
    { label: "S3 URI", value: <Copied text={uriOf(home, key)} label="S3 URI" /> },
    { label: "Amazon Resource Name (ARN)", value: <Copied text={arnOf(home, key)} label="ARN" /> },
    {
      label: "Entity tag (Etag)",
      value: <Copied text={(head.ETag ?? "").replaceAll('"', "")} label="Etag" />,
    },
    { label: "Object URL", value: <Copied text={urlOf(home, key)} label="Object URL" /> },
    { label: "Object URL in VPCs", value: <Copied text={awsUrlOf(home, key)} label="Object URL in VPCs" /> },
    { label: "Storage class", value: storageClass(head.StorageClass ?? "STANDARD") },
    { label: "Server-side encryption", value: encryptionText(head.ServerSideEncryption) },
    { label: "Version ID", value: head.VersionId ?? DASH },
    { label: "Metadata", value: metadata.length > 0 ? metadata.join(", ") : DASH },
  ];
}

function VersionsTab({ home, objectKey }: { home: Home; objectKey: string }) {
  const { region } = usePlace().route;
  const reading = useVersions(home, objectKey);
  const [chosen, choose] = useState<string[]>([]);
  const [isAsked, ask] = useState(false);
  const selected = (reading.data ?? []).filter((it) => chosen.includes(it.id));
  return (
    <Permitted things="Versions" doing="list versions" permission="s3:ListBucketVersions" reading={reading}>
      {(versions) => (
        <>
          <SmallTable
            title="Versions"
            items={versions}
            empty="No versions"
            selection={{
              things: "versions",
              id: ({ id }) => id,
              name: ({ versionId = "" }) => versionId,
              chosen,
              choose,
            }}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <OfOne home={home} selected={selected} />
                <Button
                  ariaLabel="Delete versions"
                  disabled={selected.length === 0}
                  onClick={() => ask(true)}
                >
                  Delete
                </Button>
              </SpaceBetween>
            }
            columns={[
              {
                header: "Version ID",
                cell: (it) =>
                  it.kind === "object" ? (
                    <Link href={objectHref(region, home, it)}>{it.versionId}</Link>
                  ) : (
                    it.versionId
                  ),
              },
              { header: "Type", cell: typeOf },
              {
                header: "Last modified",
                cell: (it) => (
                  <Box>
                    {timeOf(it.modified)}
                    {it.isLatest && " (current version)"}
                  </Box>
                ),
              },
              { header: "Size", cell: (it) => (it.kind === "object" ? bytesText(it.size) : DASH) },
              { header: "Storage class", cell: (it) => storageClass(it.storageClass) },
            ]}
          />
          {isAsked && (
            <DeleteObjectsDialog home={home} entries={selected} isVersioned close={() => ask(false)} />
          )}
        </>
      )}
    </Permitted>
  );
}

export default inBucket(ObjectPage);
