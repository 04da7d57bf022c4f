import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { serving } from "./serving";

/** CloudWatch Logs in a Region. */
export const logs = serving((settings) => new CloudWatchLogsClient(settings));
