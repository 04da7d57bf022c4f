import type { InstanceStatus } from "@aws-sdk/client-ec2";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { DASH } from "../resources/names";

/** One of the checks that are made of an instance that runs. */
export interface Check {
  title: string;
  about: string;
  status: string;
}

/** The checks that the service tells of; none of an instance that does not run. */
export function checksOf(status: InstanceStatus | undefined): Check[] {
  const checks = [
    {
      title: "System reachability",
      about: "Whether what the instance runs on can be reached.",
      status: status?.SystemStatus?.Status,
    },
    {
      title: "Instance reachability",
      about: "Whether the instance's own operating system can be reached.",
      status: status?.InstanceStatus?.Status,
    },
    {
      title: "EBS reachability",
      about: "Whether the volumes that are attached can be reached.",
      status: status?.AttachedEbsStatus?.Status,
    },
  ];
  return checks.flatMap((it) => (it.status ? [{ ...it, status: it.status }] : []));
}

/** `3/3 checks passed`, or what keeps it from that. */
export function checksText(status: InstanceStatus | undefined): string {
  const checks = checksOf(status);
  if (checks.length === 0) return DASH;
  if (checks.some((it) => it.status === "initializing")) return "Initializing";
  const passed = checks.filter((it) => it.status === "ok");
  return `${passed.length}/${checks.length} checks passed`;
}

export function StatusChecks({ of }: { of: InstanceStatus | undefined }) {
  const checks = checksOf(of);
  if (checks.length === 0) return DASH;
  const isWaiting = checks.some((it) => it.status === "initializing");
  const isGood = checks.every((it) => it.status === "ok");
  return (
    <StatusIndicator type={isWaiting ? "pending" : isGood ? "success" : "error"}>
      {checksText(of)}
    </StatusIndicator>
  );
}
