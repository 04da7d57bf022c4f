import { IAMClient } from "@aws-sdk/client-iam";
import { clients } from "./client";

/** IAM is the same in all Regions; its calls are signed for this one. */
const HOME = "us-east-1";
const inRegion = clients((configuration) => new IAMClient(configuration));

export function iam(): IAMClient {
  return inRegion(HOME);
}
