import { EC2Client } from "@aws-sdk/client-ec2";
import { clients } from "./client";

/** EC2 in a Region. */
export const ec2 = clients((configuration) => new EC2Client(configuration));
