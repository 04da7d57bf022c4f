import { EC2Client } from "@aws-sdk/client-ec2";
import { serving } from "./serving";

/** EC2 in a Region, asked as every client of AWS asks it. */
export const ec2 = serving((settings) => new EC2Client(settings));
