import type { FlowLog, FlowLogsResourceType } from "@aws-sdk/client-ec2";
import type { Role } from "@aws-sdk/client-iam";
import { readFlowLogs } from "../clients/describe";
import { documentOf, readRoles } from "../clients/identities";
import { useReading } from "../clients/reading";
import { nameIn } from "../resources/names";

/** What can be logged: its path, and what the API and people call it. */
interface LoggedKind {
  path: string;
  title: string;
  type: FlowLogsResourceType;
}

const KINDS: Record<string, LoggedKind> = {
  vpc: { path: "vpcs", title: "Your VPCs", type: "VPC" },
  subnet: { path: "subnets", title: "Subnets", type: "Subnet" },
  eni: { path: "network_interfaces", title: "Network interfaces", type: "NetworkInterface" },
};

/** Which kind an identifier is of. */
export function kindOf(id: string): LoggedKind {
  const kind = KINDS[id.slice(0, id.indexOf("-"))];
  if (!kind) throw new Error(`${id} is nothing that flow logs are made for`);
  return kind;
}

/** The flow logs of one resource. */
export function useFlowLogs(region: string, resource: string) {
  return useReading(`flow-logs/${region}/${resource}`, () =>
    readFlowLogs(region, [{ Name: "resource-id", Values: [resource] }]),
  );
}

/** `fl-0abc / traffic`. */
export function flowLogName({ Tags }: FlowLog): string {
  return nameIn(Tags);
}

/** Roles, those first that flow logs may assume. */
export function useRoles(region: string) {
  return useReading(`flow-logs/roles/${region}`, async () => {
    const roles = await readRoles(region);
    return [...roles.filter(isForFlowLogs), ...roles.filter((it) => !isForFlowLogs(it))];
  });
}

export function isForFlowLogs({ AssumeRolePolicyDocument }: Role): boolean {
  return documentOf(AssumeRolePolicyDocument).includes('"vpc-flow-logs.amazonaws.com"');
}
