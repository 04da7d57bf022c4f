import type { Bucket } from "@aws-sdk/client-s3";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { href } from "../frame/route";
import { Copied, ResourceLink } from "../resources/cells";
import { DASH } from "../resources/names";
import { type Action, type Field, missingTab, type Noun, ofOne, type Tab } from "../resources/noun";
import { timeOf } from "../resources/times";
import { ObjectsTab } from "./ObjectsTab";
import { PermissionsTab } from "./PermissionsTab";
import { PropertiesTab } from "./PropertiesTab";
import { bucketArn, homeOf, readBuckets } from "./read";

const PATH = "buckets";

const BUCKETS: Noun<Bucket> = {
  path: PATH,
  one: "Bucket",
  many: "buckets",
  title: "General purpose buckets",
  isGlobal: true,
  about: "A bucket is a container for objects: files, and what describes them.",
  id: ({ Name }) => Name ?? "",
  tags: () => undefined,
  hasName: false,
  list: readBuckets,
  create: { text: "Create bucket", path: "create" },
  columns: [
    {
      id: "id",
      width: 320,
      header: "Name",
      text: ({ Name }) => Name ?? "",
      cell: (it, region) => <ResourceLink region={region} noun={PATH} id={it.Name ?? ""} />,
    },
    { id: "region", width: 200, header: "AWS Region", text: (it) => it.BucketRegion ?? DASH },
    {
      id: "created",
      width: 280,
      header: "Creation date",
      text: (it) => timeOf(it.CreationDate),
      number: (it) => it.CreationDate?.getTime() ?? 0,
    },
  ],
  beside: (selected, region) => <CopyArn selected={selected} region={region} />,
  actions: () => [],
  buttons,
  summary: "Bucket overview",
  details,
  tabs,
};
export default BUCKETS;

function CopyArn({ selected, region }: { selected: Bucket[]; region: string }) {
  const [bucket] = selected;
  const { disabledReason } = ofOne(selected, () => ({ disabledReason: "" }));
  return (
    <CopyToClipboard
      copyButtonText="Copy ARN"
      textToCopy={bucket ? bucketArn(homeOf(bucket, region)) : ""}
      copySuccessText="ARN copied"
      copyErrorText="ARN could not be copied"
      disabled={disabledReason !== ""}
      disabledReason={disabledReason}
    />
  );
}

function buttons(selected: Bucket[], region: string): Action[] {
  const page = (name: string) =>
    ofOne(selected, ({ Name = "" }) => ({ href: href(region, [PATH, Name, name]) }));
  return [
    { id: "empty", text: "Empty", ...page("empty") },
    { id: "delete", text: "Delete", ...page("delete") },
  ];
}

function details(it: Bucket, region: string): Field[] {
  return [
    { label: "AWS Region", value: it.BucketRegion ?? DASH },
    {
      label: "Amazon Resource Name (ARN)",
      value: <Copied text={bucketArn(homeOf(it, region))} label="ARN" />,
    },
    { label: "Creation date", value: timeOf(it.CreationDate) },
  ];
}

function tabs(it: Bucket, region: string): Tab[] {
  const home = homeOf(it, region);
  return [
    { id: "objects", label: "Objects", content: <ObjectsTab home={home} /> },
    missingTab("metadata", "Metadata"),
    { id: "properties", label: "Properties", content: <PropertiesTab home={home} /> },
    { id: "permissions", label: "Permissions", content: <PermissionsTab home={home} /> },
    missingTab("metrics", "Metrics"),
    missingTab("management", "Management"),
    missingTab("access-points", "Access Points"),
  ];
}
