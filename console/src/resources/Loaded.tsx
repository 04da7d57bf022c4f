import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { sentence } from "../clients/failure";
import type { Reading } from "../clients/reading";

interface Props<T> {
  /** What is read: `Versions`. */
  things: string;
  reading: Reading<T>;
  children: (data: T) => ReactNode;
}

/** What is shown of something that is read for itself: that it is on its way, that it was refused, or it. */
export function Loaded<T>({ things, reading, children }: Props<T>) {
  if (reading.failure) {
    return (
      <Alert
        type="error"
        header={`${things} could not be read`}
        action={<Button onClick={reading.refresh}>Try again</Button>}
      >
        {sentence(reading.failure)}
      </Alert>
    );
  }
  if (reading.data === undefined) return <StatusIndicator type="loading">Loading {things}</StatusIndicator>;
  return children(reading.data);
}
