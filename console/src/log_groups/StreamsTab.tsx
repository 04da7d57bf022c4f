import {
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  type LogStream,
} from "@aws-sdk/client-cloudwatch-logs";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteParts, WillBeDeleted } from "../dialogs/several";
import { succeed } from "../frame/flash";
import { RefreshButton } from "../resources/RefreshButton";
import { timeOfMillis } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { eventsHref, insightsHref, tailHref } from "./places";
import { useStreams } from "./read";

/** How many log streams are shown, and added each time that somebody asks for more. */
const STREAMS = 50;

interface Props {
  region: string;
  group: string;
}

/** The streams of a log group, the one that was written to last first. */
export function StreamsTab({ region, group }: Props) {
  const [prefix, setPrefix] = useState("");
  const [max, setMax] = useState(STREAMS);
  const [chosen, choose] = useState<string[]>([]);
  const [dialog, setDialog] = useState<"create" | "delete">();
  const reading = useStreams(region, group, prefix, max);
  const close = () => setDialog(undefined);
  const streams = reading.data?.streams ?? [];
  // What was deleted, or is not shown any more, is not chosen any more.
  const selected = streams.map(nameOf).filter((it) => chosen.includes(it));
  return (
    <SpaceBetween size="s">
      <SmallTable
        title="Log streams"
        items={streams}
        reading={reading}
        empty={
          prefix ? `No log stream's name begins with ${prefix}` : "No log streams: nothing was written yet."
        }
        selection={{ things: "log streams", id: nameOf, name: nameOf, chosen, choose }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton label="Refresh log streams" reading={reading} />
            <Button disabled={selected.length === 0} onClick={() => setDialog("delete")}>
              Delete
            </Button>
            <Button onClick={() => setDialog("create")}>Create log stream</Button>
            <Button href={tailHref(region, [group])}>Start tailing</Button>
            <Button href={insightsHref(region, [group])}>View in Logs Insights</Button>
            <Button variant="primary" href={eventsHref(region, group)}>
              Search all log streams
            </Button>
          </SpaceBetween>
        }
        filter={
          <Input
            type="search"
            value={prefix}
            ariaLabel="Filter log streams by prefix"
            placeholder="Filter log streams or try prefix search"
            onChange={({ detail }) => setPrefix(detail.value)}
          />
        }
        columns={[
          {
            header: "Log stream",
            cell: (it) => <Link href={eventsHref(region, group, nameOf(it))}>{nameOf(it)}</Link>,
          },
          { header: "Last event time", cell: (it) => timeOfMillis(it.lastEventTimestamp) },
        ]}
      />
      {reading.data?.areMore && (
        <Button onClick={() => setMax(max + STREAMS)} loading={reading.isLoading}>
          Load more log streams
        </Button>
      )}
      {dialog === "create" && <CreateLogStreamDialog region={region} group={group} close={close} />}
      {dialog === "delete" && (
        <DeleteLogStreamsDialog region={region} group={group} names={selected} close={close} />
      )}
    </SpaceBetween>
  );
}

interface DialogProps extends Props {
  close: () => void;
}

function CreateLogStreamDialog({ region, group, close }: DialogProps) {
  const [name, setName] = useState("");
  const run = async () => {
    const logStreamName = name.trim();
    await logs(region).send(new CreateLogStreamCommand({ logGroupName: group, logStreamName }));
    succeed(`Log stream "${logStreamName}" has been created.`);
  };
  return (
    <ConfirmDialog title="Create log stream" button="Create" isBlocked={!name.trim()} close={close} run={run}>
      <FormField label="Log stream name" constraintText="Up to 512 characters, without : and *.">
        <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
      </FormField>
    </ConfirmDialog>
  );
}

function DeleteLogStreamsDialog({ region, group, names, close }: DialogProps & { names: string[] }) {
  const run = () =>
    deleteParts({
      one: "log stream",
      items: names,
      id: (it) => it,
      remove: (logStreamName) =>
        logs(region).send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName })),
    });
  return (
    <ConfirmDialog title="Delete log stream" button="Delete" close={close} run={run}>
      <WillBeDeleted titles={names} />
    </ConfirmDialog>
  );
}

function nameOf({ logStreamName = "" }: LogStream): string {
  return logStreamName;
}
