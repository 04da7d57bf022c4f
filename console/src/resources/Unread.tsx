import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { type Failure, sentence } from "../clients/failure";

interface Props {
  /** What should be there: `Versions`. */
  things: string;
  failure: Failure;
  refresh: () => void;
}

/** What stands where something could not be read: why, and a button that reads it again. */
export function Unread({ things, failure, refresh }: Props) {
  return (
    <Alert
      type="error"
      header={`${things} could not be read`}
      action={
        <Button formAction="none" onClick={refresh}>
          Try again
        </Button>
      }
    >
      {sentence(failure)}
    </Alert>
  );
}
