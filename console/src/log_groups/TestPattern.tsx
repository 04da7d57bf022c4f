import {
  GetLogEventsCommand,
  type MetricFilterMatchRecord,
  TestMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { type Failure, failureOf, sentence } from "../clients/failure";
import { logs } from "../clients/logs";
import { ResourceSelect } from "../forms/ResourceSelect";
import { DASH } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { useStreams } from "./read";

/** How many streams are offered, and how many events are taken of one: as many as TestMetricFilter takes. */
const STREAMS = 50;
const EVENTS = 50;

interface Props {
  region: string;
  group: string;
  pattern: string;
}

interface Tried {
  matches: MetricFilterMatchRecord[];
  of: number;
}

/** Tries a filter pattern on events: those of a stream, or any that somebody types. */
export function TestPattern({ region, group, pattern }: Props) {
  const streams = useStreams(region, group, "", STREAMS);
  const [stream, setStream] = useState("");
  const [events, setEvents] = useState("");
  const [tried, setTried] = useState<Tried>();
  const [failure, setFailure] = useState<Failure>();
  const attempt = async (action: () => Promise<void>) => {
    setFailure(undefined);
    await action().catch((error) => setFailure(failureOf(error)));
  };
  const take = async (logStreamName: string) => {
    setStream(logStreamName);
    const answer = await logs(region).send(
      new GetLogEventsCommand({ logGroupName: group, logStreamName, limit: EVENTS }),
    );
    setEvents((answer.events ?? []).map((it) => it.message).join("\n"));
  };
  const test = async () => {
    const logEventMessages = events.split("\n").filter(Boolean).slice(0, EVENTS);
    const answer = await logs(region).send(
      new TestMetricFilterCommand({ filterPattern: pattern, logEventMessages }),
    );
    setTried({ matches: answer.matches ?? [], of: logEventMessages.length });
  };
  const options = (streams.data?.streams ?? []).map(({ logStreamName = "" }) => ({
    value: logStreamName,
    label: logStreamName,
  }));
  return (
    <SpaceBetween size="m">
      <ResourceSelect
        label="Select log data to test"
        things="log streams"
        reading={streams}
        options={options}
        chosen={stream}
        choose={(chosen) => void attempt(() => take(chosen))}
        placeholder="Custom log data"
        empty="No log streams: type events below"
      />
      <FormField label="Log event messages" description="One in each line, up to 50.">
        <Textarea
          value={events}
          rows={5}
          spellcheck={false}
          onChange={({ detail }) => setEvents(detail.value)}
        />
      </FormField>
      <Button formAction="none" disabled={!events.trim()} onClick={() => void attempt(test)}>
        Test pattern
      </Button>
      {failure && <Alert type="error">{sentence(failure)}</Alert>}
      {tried && (
        <SmallTable
          title="Results"
          description={`Found ${tried.matches.length} matches out of ${tried.of} event(s) in the sample log.`}
          items={tried.matches}
          empty="No event matches the pattern."
          wrapLines
          columns={[
            { header: "Event number", cell: (it) => String(it.eventNumber ?? DASH) },
            { header: "Event message", cell: (it) => it.eventMessage },
            { header: "Extracted values", cell: (it) => extracted(it) },
          ]}
        />
      )}
    </SpaceBetween>
  );
}

function extracted({ extractedValues = {} }: MetricFilterMatchRecord): string {
  const values = Object.entries(extractedValues).map(([name, value]) => `${name}=${value}`);
  return values.join(" ") || DASH;
}
