import { IAMClient } from "@aws-sdk/client-iam";
import { usePlace } from "../frame/places";
import { partitionOf } from "./partition";
import { serving } from "./serving";

const clients = serving((settings) => new IAMClient(settings));

/** IAM, which an account has once: its requests are signed for one Region, whichever the page is in. */
export function iam(region: string): IAMClient {
  return clients(homeOf(region));
}

/** Where a partition has its IAM ("Endpoints", IAM User Guide). */
function homeOf(region: string): string {
  if (region.startsWith("cn-")) return "cn-north-1";
  return region.startsWith("us-gov-") ? "us-gov-west-1" : "us-east-1";
}

/** The partition, as ARNs of AWS's own policies name it. */
export function usePartition(): string {
  return partitionOf(usePlace().route.region);
}
