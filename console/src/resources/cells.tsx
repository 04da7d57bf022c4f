import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Link from "@cloudscape-design/components/link";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { href } from "../frame/route";
import { capitalised, DASH, titleOf } from "./names";

/** A link to another resource: `rtb-0abc / public`. */
export function ResourceLink(props: { region: string; noun: string; id?: string; name?: string }) {
  const { region, noun, id, name = "" } = props;
  if (!id) return DASH;
  return <Link href={href(region, [noun, id])}>{titleOf(id, name)}</Link>;
}

/** Text with a button that copies it. */
export function Copied({ text, label }: { text?: string; label: string }) {
  if (!text) return DASH;
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copyButtonAriaLabel={`Copy ${label}`}
      copySuccessText={`${label} copied`}
      copyErrorText={`${label} could not be copied`}
    />
  );
}

const STATES: Record<string, StatusIndicatorProps.Type> = {
  available: "success",
  active: "success",
  attached: "success",
  associated: "success",
  "in-use": "success",
  running: "success",
  ok: "success",
  passed: "success",
  "create-complete": "success",
  "modify-complete": "success",
  "restore-complete": "success",
  "delete-failed": "error",
  pending: "pending",
  stopping: "pending",
  "shutting-down": "pending",
  initializing: "pending",
  stopped: "stopped",
  terminated: "stopped",
  impaired: "error",
  blackhole: "error",
  failed: "error",
  detached: "stopped",
  "initiating-request": "pending",
  "pending-acceptance": "pending",
  provisioning: "pending",
  rejected: "error",
  expired: "error",
  deleting: "pending",
  deleted: "stopped",
};

export function State({ of }: { of: string | undefined }) {
  if (!of) return DASH;
  return <StatusIndicator type={STATES[of] ?? "info"}>{capitalised(of)}</StatusIndicator>;
}
