import { EC2Client } from "@aws-sdk/client-ec2";
import { service } from "./service";

/** EC2 in a Region. */
export const ec2 = service((settings) => new EC2Client(settings));
