import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Reading } from "../clients/reading";
import { Unread } from "./Unread";

interface Props<T> {
  /** What is read: `Versions`. */
  things: string;
  reading: Reading<T>;
  children: (data: T) => ReactNode;
}

/** What is shown of something that is read for itself: that it is on its way, that it was refused, or it. */
export function Loaded<T>({ things, reading, children }: Props<T>) {
  const { data, failure, refresh } = reading;
  if (failure) return <Unread things={things} failure={failure} refresh={refresh} />;
  if (data === undefined) return <StatusIndicator type="loading">Loading {things}</StatusIndicator>;
  return children(data);
}
