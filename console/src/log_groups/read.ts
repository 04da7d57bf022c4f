import {
  ListTagsForResourceCommand,
  type LogGroup,
  type LogStream,
  type MetricFilter,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  paginateDescribeMetricFilters,
  paginateDescribeSubscriptionFilters,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Tag } from "@aws-sdk/client-ec2";
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

/** Log streams, and whether there are more of them. */
export interface Streams {
  streams: LogStream[];
  areMore: boolean;
}

/** So many of a group's log streams: the ones that were written to last, or those whose names begin with something. */
export function useStreams(region: string, logGroupName: string, prefix: string, max: number) {
  return useReading(`log-streams/${region}/${logGroupName}/${prefix}/${max}`, () =>
    readStreams(region, logGroupName, prefix, max),
  );
}

async function readStreams(
  region: string,
  logGroupName: string,
  prefix: string,
  max: number,
): Promise<Streams> {
  // "You can't specify orderBy LastEventTime with a prefix."
  const order = prefix
    ? { logStreamNamePrefix: prefix }
    : { orderBy: "LastEventTime" as const, descending: true };
  const streams: LogStream[] = [];
  for await (const page of paginateDescribeLogStreams({ client: logs(region) }, { logGroupName, ...order })) {
    streams.push(...(page.logStreams ?? []));
    if (streams.length > max) break;
  }
  return { streams: streams.slice(0, max), areMore: streams.length > max };
}

export function useMetricFilters(region: string, logGroupName: string) {
  return useReading<MetricFilter[]>(`metric-filters/${region}/${logGroupName}`, () =>
    all(
      paginateDescribeMetricFilters({ client: logs(region) }, { logGroupName }),
      (page) => page.metricFilters,
    ),
  );
}

export function useSubscriptionFilters(region: string, logGroupName: string) {
  return useReading(`subscription-filters/${region}/${logGroupName}`, () =>
    all(
      paginateDescribeSubscriptionFilters({ client: logs(region) }, { logGroupName }),
      (page) => page.subscriptionFilters,
    ),
  );
}

/** A group's tags, in the shape that all tags are shown in. */
export function useGroupTags(region: string, resourceArn: string) {
  return useReading<Tag[]>(`log-group-tags/${region}/${resourceArn}`, async () => {
    const { tags } = await logs(region).send(new ListTagsForResourceCommand({ resourceArn }));
    return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  });
}
