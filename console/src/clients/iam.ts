import { IAMClient } from "@aws-sdk/client-iam";
import { service } from "./service";

/** Where IAM is asked, whichever Region a page is in. */
const HOME = "us-east-1";

const inRegion = service((settings) => new IAMClient(settings));

/** IAM, which all Regions share. */
export function iam(): IAMClient {
  return inRegion(HOME);
}
