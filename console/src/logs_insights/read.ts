import {
  DescribeQueriesCommand,
  DescribeQueryDefinitionsCommand,
  type DescribeQueryDefinitionsCommandOutput,
  GetLogGroupFieldsCommand,
  type LogGroupField,
  type QueryDefinition,
  type QueryInfo,
} from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "../clients/logs";
import { useReading } from "../clients/reading";

/** How many queries the history has. */
const HISTORY_MAX = 50;

/** The queries that somebody has saved. */
export function useDefinitions(region: string) {
  return useReading(`query-definitions/${region}`, async () => {
    const found: QueryDefinition[] = [];
    let nextToken: string | undefined;
    do {
      const page: DescribeQueryDefinitionsCommandOutput = await logs(region).send(
        new DescribeQueryDefinitionsCommand({ nextToken }),
      );
      found.push(...(page.queryDefinitions ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  });
}

/** The queries that were run lately, the last one first. */
export function useHistory(region: string) {
  return useReading<QueryInfo[]>(`queries/${region}`, async () => {
    const answer = await logs(region).send(new DescribeQueriesCommand({ maxResults: HISTORY_MAX }));
    return answer.queries ?? [];
  });
}

/** The fields that a group's events have, by how many of them have them. */
export function useFields(region: string, logGroupName: string) {
  return useReading<LogGroupField[]>(`log-group-fields/${region}/${logGroupName}`, async () => {
    if (!logGroupName) return [];
    return (await logs(region).send(new GetLogGroupFieldsCommand({ logGroupName }))).logGroupFields ?? [];
  });
}

/** A query as it was typed: in histories it begins with where it looked. */
export function typedQuery({ queryString = "" }: QueryInfo): string {
  return queryString.replace(/^SOURCE [^|]*\| /, "");
}
