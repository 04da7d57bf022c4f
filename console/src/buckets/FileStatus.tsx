import ProgressBar from "@cloudscape-design/components/progress-bar";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { sentence } from "../clients/failure";
import { DASH } from "../resources/names";
import type { Sending } from "./uploads";

/** How far a file is, and what S3 has said of it. */
export function FileStatus({ sending: { state, sent, file, failure } }: { sending: Sending }) {
  if (failure) return <StatusIndicator type="error">{`Failed. ${sentence(failure)}`}</StatusIndicator>;
  switch (state) {
    case "chosen":
      return DASH;
    case "waiting":
      return <StatusIndicator type="pending">Pending</StatusIndicator>;
    case "sending":
      return (
        <ProgressBar
          ariaLabel={`Upload of ${file.name}`}
          value={file.size === 0 ? 100 : Math.floor((100 * sent) / file.size)}
        />
      );
    case "done":
      return <StatusIndicator type="success">Succeeded</StatusIndicator>;
  }
}
