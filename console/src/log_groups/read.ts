import { type LogGroup, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "../clients/logs";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";

export function readLogGroups(region: string): Promise<LogGroup[]> {
  return all(paginateDescribeLogGroups({ client: logs(region) }, {}), (page) => page.logGroups);
}

/** The log groups of a Region, for fields that choose one. */
export function useLogGroups(region: string) {
  return useReading(`all-log-groups/${region}`, () => readLogGroups(region));
}
