import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ReactNode } from "react";
import { type Failure, sentence } from "../clients/failure";
import type { Reading } from "../clients/reading";
import { Loaded } from "../resources/Loaded";

/** What S3 answers whom a policy keeps out; without a body, to HEAD, only the status has a name. */
const DENIALS = ["AccessDenied", "Forbidden", "403"];

export function isDenied({ code }: Failure): boolean {
  return DENIALS.includes(code);
}

interface Props<T> {
  /** What is read: `Objects`. */
  things: string;
  /** What is done thereby, and the action that a policy has to allow: `list objects`, `s3:ListBucket`. */
  doing: string;
  permission: string;
  reading: Reading<T>;
  children: (data: T) => ReactNode;
}

/** What is shown of something that a bucket's policy may keep to itself: the one thing is refused, and the page goes on. */
export function Permitted<T>({ things, doing, permission, reading, children }: Props<T>) {
  if (!reading.failure || !isDenied(reading.failure)) {
    return (
      <Loaded things={things} reading={reading}>
        {children}
      </Loaded>
    );
  }
  return (
    <Alert
      type="error"
      header={`Insufficient permissions: you don't have permission to ${doing}`}
      action={
        <Button formAction="none" loading={reading.isLoading} onClick={reading.refresh}>
          Try again
        </Button>
      }
    >
      Your policies and the bucket's have to allow {permission}, and none may deny it. After they were
      changed, try again. API response: {sentence(reading.failure)}
    </Alert>
  );
}
