import type { LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { href } from "../frame/route";
import { bytesText } from "../resources/bytes";
import { Copied, ResourceLink } from "../resources/cells";
import { capitalised, DASH } from "../resources/names";
import {
  type Action,
  type Field,
  missingTab,
  NOT_THERE_YET,
  type Noun,
  ofOne,
  type Tab,
} from "../resources/noun";
import { timeOfMillis } from "../resources/times";
import { DeleteLogGroupsDialog } from "./DeleteLogGroupsDialog";
import { DeletionProtectionDialog } from "./DeletionProtectionDialog";
import { GroupTagsTab } from "./GroupTagsTab";
import { MetricFiltersTab } from "./MetricFiltersTab";
import { eventsHref, insightsHref, tailHref } from "./places";
import { RetentionDialog } from "./RetentionDialog";
import { readLogGroups } from "./read";
import { retentionText } from "./retention";
import { StreamsTab } from "./StreamsTab";
import { SubscriptionCount, SubscriptionFiltersTab } from "./SubscriptionFiltersTab";

const PATH = "log_groups";

const LOG_GROUPS: Noun<LogGroup> = {
  path: PATH,
  one: "Log group",
  many: "log groups",
  title: "Log groups",
  about: "A log group has streams of log events. Flow logs write their records into one.",
  id: ({ logGroupName }) => logGroupName ?? "",
  tags: () => undefined,
  hasName: false,
  list: readLogGroups,
  create: { text: "Create log group", path: "create" },
  columns: [
    {
      id: "id",
      width: 300,
      header: "Log group",
      text: ({ logGroupName }) => logGroupName ?? "",
      cell: (it, region) => <ResourceLink region={region} noun={PATH} id={it.logGroupName ?? ""} />,
    },
    { id: "class", header: "Log class", text: classOf },
    { id: "retention", width: 180, header: "Retention", text: (it) => retentionText(it.retentionInDays) },
    {
      id: "stored",
      header: "Stored bytes",
      text: (it) => bytesText(it.storedBytes),
      number: (it) => it.storedBytes ?? 0,
    },
    {
      id: "metric-filters",
      header: "Metric filters",
      text: (it) => String(it.metricFilterCount ?? 0),
      number: (it) => it.metricFilterCount ?? 0,
    },
    {
      id: "subscription-filters",
      header: "Subscription filters",
      text: () => "",
      cell: (it, region) => <SubscriptionCount region={region} group={LOG_GROUPS.id(it)} />,
    },
    { id: "protection", header: "Deletion protection", text: protection },
    { id: "created", width: 260, header: "Creation time", text: (it) => timeOfMillis(it.creationTime) },
    { id: "kms", header: "KMS key ID", text: (it) => it.kmsKeyId ?? DASH, isHidden: true },
    { id: "arn", width: 400, header: "ARN", text: (it) => it.logGroupArn ?? DASH, isHidden: true },
  ],
  actions,
  details,
  tabs,
};
export default LOG_GROUPS;

function actions(selected: LogGroup[], region: string): Action[] {
  const later = (id: string, text: string): Action => ({ id, text, disabledReason: NOT_THERE_YET });
  const forAll = (there: Pick<Action, "dialog" | "href">) =>
    selected.length > 0 ? there : { disabledReason: "Select one first." };
  const page = (name: string) =>
    ofOne(selected, (it) => ({ href: href(region, [PATH, LOG_GROUPS.id(it), name]) }));
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, [PATH, LOG_GROUPS.id(it)]) })),
    },
    {
      id: "search",
      text: "Search all log streams",
      ...ofOne(selected, (it) => ({ href: eventsHref(region, LOG_GROUPS.id(it)) })),
    },
    {
      id: "insights",
      text: "View in Logs Insights",
      ...forAll({ href: insightsHref(region, selected.map(LOG_GROUPS.id)) }),
    },
    {
      id: "tail",
      text: "Start tailing",
      ...forAll({ href: tailHref(region, selected.map(LOG_GROUPS.id)) }),
    },
    {
      id: "retention",
      text: "Edit retention setting(s)",
      ...forAll({ dialog: (close) => <RetentionDialog region={region} groups={selected} close={close} /> }),
    },
    { id: "metric-filter", text: "Create metric filter", ...page("create_metric_filter") },
    later("subscription-filter", "Create subscription filter"),
    later("export", "Export data to Amazon S3"),
    {
      id: "protect",
      text: "Change deletion protection",
      ...ofOne(selected, (it) => ({
        dialog: (close) => <DeletionProtectionDialog region={region} group={it} close={close} />,
      })),
    },
    {
      id: "delete",
      text: "Delete log group(s)",
      ...forAll({
        dialog: (close) => <DeleteLogGroupsDialog region={region} groups={selected} close={close} />,
      }),
    },
  ];
}

function details(it: LogGroup, region: string): Field[] {
  return [
    { label: "Log class", value: classOf(it) },
    { label: "ARN", value: <Copied text={it.logGroupArn} label="ARN" /> },
    { label: "Creation time", value: timeOfMillis(it.creationTime) },
    { label: "Retention", value: retentionText(it.retentionInDays) },
    { label: "Stored bytes", value: bytesText(it.storedBytes) },
    { label: "KMS key ID", value: it.kmsKeyId ?? DASH },
    { label: "Metric filters", value: String(it.metricFilterCount ?? 0) },
    {
      label: "Subscription filters",
      value: <SubscriptionCount region={region} group={LOG_GROUPS.id(it)} />,
    },
    { label: "Deletion protection", value: protection(it) },
  ];
}

function tabs(it: LogGroup, region: string): Tab[] {
  const group = LOG_GROUPS.id(it);
  return [
    {
      id: "streams",
      label: "Log streams",
      content: <StreamsTab key={group} region={region} group={group} />,
    },
    {
      id: "tags",
      label: "Tags",
      content: <GroupTagsTab region={region} group={group} arn={it.logGroupArn ?? ""} />,
    },
    missingTab("anomaly-detection", "Anomaly detection"),
    {
      id: "metric-filters",
      label: "Metric filters",
      content: <MetricFiltersTab key={group} region={region} group={group} />,
    },
    {
      id: "subscription-filters",
      label: "Subscription filters",
      content: <SubscriptionFiltersTab key={group} region={region} group={group} />,
    },
    missingTab("contributor-insights", "Contributor Insights"),
    missingTab("data-protection", "Data protection"),
    missingTab("field-indexes", "Field indexes"),
    missingTab("transformer", "Transformer"),
  ];
}

/** `INFREQUENT_ACCESS` as people write it. */
function classOf({ logGroupClass }: LogGroup): string {
  return capitalised((logGroupClass ?? "STANDARD").toLowerCase().replaceAll("_", " "));
}

function protection({ deletionProtectionEnabled }: LogGroup): string {
  return deletionProtectionEnabled ? "On" : "Off";
}
