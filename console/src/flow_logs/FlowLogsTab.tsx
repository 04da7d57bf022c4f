import type { FlowLog } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { href } from "../frame/route";
import { ActionsMenu } from "../resources/ActionsMenu";
import { ResourceLink, State } from "../resources/cells";
import { DASH, titleOf } from "../resources/names";
import { type Action, NOT_THERE_YET } from "../resources/noun";
import { RefreshButton } from "../resources/RefreshButton";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { DeleteFlowLogsDialog } from "./DeleteFlowLogsDialog";
import { flowLogName, kindOf, useFlowLogs } from "./read";

interface Props {
  region: string;
  /** What is logged: a VPC's, a subnet's or a network interface's identifier. */
  id: string;
}

/** The tab Flow logs of whatever can be logged. */
export default function FlowLogsTab({ region, id }: Props) {
  const reading = useFlowLogs(region, id);
  const [chosen, choose] = useState<string[]>([]);
  const logs = reading.data ?? [];
  const selected = logs.filter((it) => chosen.includes(it.FlowLogId ?? ""));
  return (
    <SpaceBetween size="s">
      {logs.filter(isFailing).map((it) => (
        <Failing key={it.FlowLogId} log={it} />
      ))}
      <SmallTable
        title="Flow logs"
        items={logs}
        reading={reading}
        empty="No flow logs found in this Region"
        selection={{
          things: "flow logs",
          id: (it) => it.FlowLogId ?? "",
          name: (it) => titleOf(it.FlowLogId ?? "", flowLogName(it)),
          chosen,
          choose,
        }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton label="Refresh flow logs" reading={reading} />
            <ActionsMenu of="flow logs" actions={actions(selected, region)} />
            <Button variant="primary" href={href(region, [kindOf(id).path, id, "create_flow_log"])}>
              Create flow log
            </Button>
          </SpaceBetween>
        }
        columns={[
          { header: "Name", cell: (it) => flowLogName(it) || DASH },
          { header: "Flow log ID", cell: (it) => it.FlowLogId },
          { header: "Filter", cell: ({ TrafficType }) => FILTERS[TrafficType ?? ""] ?? DASH },
          {
            header: "Destination type",
            cell: ({ LogDestinationType }) => DESTINATIONS[LogDestinationType ?? ""] ?? DASH,
          },
          { header: "Destination name", cell: (it) => <Destination region={region} log={it} /> },
          { header: "IAM role ARN", cell: (it) => it.DeliverLogsPermissionArn ?? DASH },
          {
            header: "Maximum aggregation interval",
            cell: (it) => (it.MaxAggregationInterval === 60 ? "1 minute" : "10 minutes"),
          },
          { header: "Cross account role", cell: (it) => it.DeliverCrossAccountRole ?? DASH },
          { header: "Creation time", cell: (it) => timeOf(it.CreationTime) },
          { header: "Log format", cell: (it) => it.LogFormat },
          { header: "Status", cell: (it) => <State of={it.FlowLogStatus?.toLowerCase()} /> },
          { header: "Delivery status", cell: (it) => <Delivery log={it} /> },
        ]}
      />
    </SpaceBetween>
  );
}

const FILTERS: Record<string, string> = { ALL: "All", ACCEPT: "Accept", REJECT: "Reject" };

const DESTINATIONS: Record<string, string> = {
  "cloud-watch-logs": "CloudWatch Logs",
  s3: "S3",
  "kinesis-data-firehose": "Amazon Data Firehose",
};

function actions(selected: FlowLog[], region: string): Action[] {
  return [
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete flow logs",
      ...(selected.length > 0
        ? { dialog: (close) => <DeleteFlowLogsDialog region={region} logs={selected} close={close} /> }
        : { disabledReason: "Select one first." }),
    },
  ];
}

/** Where records go: a log group is a page of this console. */
function Destination({ region, log }: { region: string; log: FlowLog }) {
  if (log.LogGroupName) return <ResourceLink region={region} noun="log_groups" id={log.LogGroupName} />;
  return log.LogDestination ?? DASH;
}

/** What its user can do about an error that AWS names in a word or two: "Troubleshoot VPC Flow Logs". */
const REASONS: Record<string, string> = {
  "Access error":
    "The IAM role may not write to the log group, or no longer trusts vpc-flow-logs.amazonaws.com; or the bucket's policy refuses.",
  "Rate limited": "CloudWatch Logs takes no more at the moment, or a quota is reached.",
};

/** Says above the table what its last columns say, while records are lost. */
function Failing({ log }: { log: FlowLog }) {
  const message = log.DeliverLogsErrorMessage ?? "Failed";
  const title = titleOf(log.FlowLogId ?? "", flowLogName(log));
  return (
    <Alert type="warning" header={`${title} delivers nothing: ${message}`}>
      {REASONS[message] ?? "Records are lost until this is mended."}
    </Alert>
  );
}

function isFailing({ DeliverLogsStatus }: FlowLog): boolean {
  return DeliverLogsStatus === "FAILED";
}

/** Whether records arrive, and if not, why. */
function Delivery({ log }: { log: FlowLog }) {
  return isFailing(log) ? (
    <StatusIndicator type="error">{log.DeliverLogsErrorMessage ?? "Failed"}</StatusIndicator>
  ) : (
    <StatusIndicator type="success">Success</StatusIndicator>
  );
}
