import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { sentence } from "../clients/failure";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { EventsTable } from "../log_events/EventsTable";
import { LogGroupsSelect } from "../log_groups/LogGroupsSelect";
import { groupsIn, logGroupArn } from "../log_groups/places";
import { useZone } from "../time_range/zone";
import { useTail } from "./useTail";

const GROUPS_MAX = 10;

/** Log events as they come. */
export default function LiveTail() {
  const { route, session } = usePlace();
  const { region, query } = route;
  const [groups, setGroups] = useState(() => groupsIn(query));
  const [stream, setStream] = useState("");
  const [pattern, setPattern] = useState("");
  const [expanded, expand] = useState(new Set<string>());
  const [zone] = useZone();
  const tail = useTail(region);
  /** The groups whose events are shown, whatever is selected by now. */
  const [watched, watch] = useState<string[]>([]);
  const start = () => {
    watch(groups);
    void tail.start({
      groups: groups.map((it) => logGroupArn(region, session.account, it)),
      stream: groups.length === 1 ? stream.trim() : "",
      pattern: pattern.trim(),
    });
  };
  return (
    <Page title="Live Tail">
      <ContentLayout
        header={
          <Header variant="h1" description="Events of up to ten log groups, as they come in.">
            Live Tail
          </Header>
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Filter</Header>}>
            <SpaceBetween size="m">
              <LogGroupsSelect
                label="Select log groups"
                description="Of the class Standard."
                max={GROUPS_MAX}
                groups={groups}
                choose={setGroups}
              />
              <FormField
                label="Select log stream – optional"
                description={groups.length > 1 ? "For one log group only." : "A log stream's name."}
              >
                <Input
                  value={stream}
                  disabled={groups.length > 1}
                  onChange={({ detail }) => setStream(detail.value)}
                />
              </FormField>
              <FormField label="Add filter patterns – optional" description="As those of log events: REJECT">
                <Input value={pattern} onChange={({ detail }) => setPattern(detail.value)} />
              </FormField>
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="primary" disabled={groups.length === 0 || tail.isRunning} onClick={start}>
                  Start
                </Button>
                <Button disabled={!tail.isRunning} onClick={tail.stop}>
                  Stop
                </Button>
                <Button disabled={tail.events.length === 0} onClick={tail.clear}>
                  Clear
                </Button>
              </SpaceBetween>
              {tail.failure && <Alert type="error">{sentence(tail.failure)}</Alert>}
            </SpaceBetween>
          </Container>
          <Container
            header={
              <Header
                variant="h2"
                counter={`(${tail.events.length})`}
                description={tail.isSampled && "There are too many events: those shown are a sample."}
                actions={
                  <StatusIndicator type={tail.isRunning ? "in-progress" : "stopped"}>
                    {tail.isRunning ? "Tailing" : "Stopped"}
                  </StatusIndicator>
                }
              >
                Events
              </Header>
            }
          >
            <EventsTable
              region={region}
              group={watched[0] ?? ""}
              events={tail.events}
              zone={zone}
              hasStreams={watched.length === 1}
              expanded={expanded}
              expand={expand}
              isLoading={false}
              empty={
                <Box textAlign="center" color="text-body-secondary" padding="s">
                  {tail.isRunning ? "Waiting for events." : "Select log groups, then press Start."}
                </Box>
              }
            />
          </Container>
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}
