import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { service } from "./service";

/** CloudWatch Logs in a Region. */
export const logs = service((settings) => new CloudWatchLogsClient(settings));
