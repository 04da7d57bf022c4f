import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf, sentence } from "../../clients/failure";
import { refreshAll } from "../../clients/reading";
import { Page } from "../../frame/Page";
import { useRegion } from "../../frame/places";
import { href } from "../../frame/route";
import { ResourceLink } from "../../resources/cells";
import type { Made, Step } from "./steps";
import "./workflow.css";

/** How far it is: what each step has made, and what has stopped it. */
interface Progress {
  done: (string | undefined)[];
  isRunning: boolean;
  failure?: Failure;
}

const WORDS: Partial<Record<StatusIndicatorProps.Type, string>> = {
  success: "done",
  error: "failed",
  "in-progress": "running",
  pending: "waiting",
};

/** Does one step after the other, and shows how far it is. A step that was refused is tried again from there. */
export function Workflow({ steps }: { steps: Step[] }) {
  const region = useRegion();
  const [made] = useState<Made>(() => new Map());
  const [{ done, isRunning, failure }, setProgress] = useState<Progress>({ done: [], isRunning: true });
  const go = async (from: (string | undefined)[]) => {
    const done = [...from];
    setProgress({ done, isRunning: true });
    for (const step of steps.slice(done.length)) {
      try {
        done.push(await step.run(made));
      } catch (error) {
        setProgress({ done: [...done], isRunning: false, failure: failureOf(error) });
        return refreshAll();
      }
      setProgress({ done: [...done], isRunning: true });
    }
    setProgress({ done, isRunning: false });
    await refreshAll();
  };
  const isBegun = useRef(false);
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    void go([]);
  });
  const vpc = made.get("vpc");
  const isDone = done.length === steps.length;
  const state = (at: number): StatusIndicatorProps.Type => {
    if (at < done.length) return "success";
    if (at > done.length) return "pending";
    return failure ? "error" : "in-progress";
  };
  return (
    <Page
      title="Create VPC resources"
      above={[
        { text: "Your VPCs", path: ["vpcs"] },
        { text: "Create VPC", path: ["vpcs", "create"] },
      ]}
      contentType="form"
    >
      <ContentLayout header={<Header variant="h1">Create VPC workflow</Header>}>
        <SpaceBetween size="l">
          {isDone && <Alert type="success" header="Success" />}
          {failure && (
            <Alert
              type="error"
              header="Not everything was created"
              action={
                <Button disabled={isRunning} onClick={() => go(done)}>
                  Retry
                </Button>
              }
            >
              What was created stays. Change what stands in the way, then retry: it goes on where it stopped.
            </Alert>
          )}
          <Container header={<Header variant="h2">Details</Header>}>
            <SpaceBetween size="m">
              {!isDone && (
                <ProgressBar
                  value={(100 * done.length) / steps.length}
                  label={`${done.length} of ${steps.length} steps`}
                  status={failure ? "error" : "in-progress"}
                  resultText={`Stopped after ${done.length} of ${steps.length} steps`}
                />
              )}
              <ol className="workflow" aria-label="Steps">
                {steps.map(({ text, noun }, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: steps keep their places, and several have one text
                  <li key={at}>
                    <StatusIndicator type={state(at)} iconAriaLabel={WORDS[state(at)]}>
                      {text}
                      {noun && done[at] && ": "}
                      {noun && <ShownId region={region} noun={noun} id={done[at]} />}
                    </StatusIndicator>
                    {failure && at === done.length && <Alert type="error">{sentence(failure)}</Alert>}
                  </li>
                ))}
              </ol>
            </SpaceBetween>
          </Container>
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <Button
              variant="primary"
              disabled={!vpc || isRunning}
              href={vpc ? href(region, ["vpcs", vpc], { tab: "resource-map" }) : undefined}
            >
              View VPC
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}

function ShownId({ region, noun, id }: { region: string; noun: string; id: string | undefined }) {
  return id ? <ResourceLink region={region} noun={noun} id={id} /> : null;
}
