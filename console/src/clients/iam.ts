import { IAMClient } from "@aws-sdk/client-iam";
import { partitionOf } from "./partition";
import { serving } from "./serving";

const clients = serving((settings) => new IAMClient(settings));

/** IAM, which an account has once: its requests are signed for one Region, whichever the page is in. */
export function iam(region: string): IAMClient {
  return clients(homeOf(region));
}

/** Where a partition has its IAM ("Endpoints", IAM User Guide). */
function homeOf(region: string): string {
  return HOMES[partitionOf(region)] ?? "us-east-1";
}

const HOMES: Record<string, string> = { "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1" };
