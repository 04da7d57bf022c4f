import { EC2InstanceConnectClient } from "@aws-sdk/client-ec2-instance-connect";
import { clients } from "./client";

/** EC2 Instance Connect in a Region. */
export const instanceConnect = clients((configuration) => new EC2InstanceConnectClient(configuration));
