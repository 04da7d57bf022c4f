import { EC2InstanceConnectClient } from "@aws-sdk/client-ec2-instance-connect";
import { serving } from "./serving";

/** EC2 Instance Connect in a Region. */
export const instanceConnect = serving((settings) => new EC2InstanceConnectClient(settings));
