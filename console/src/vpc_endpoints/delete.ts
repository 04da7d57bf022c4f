import { DeleteVpcEndpointsCommand, type VpcEndpoint } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { refusal } from "../clients/failure";

/** Deletes endpoints by one call, which answers for each: some of them may be gone where another one was refused. */
export async function deleteEndpoints(region: string, endpoints: VpcEndpoint[]) {
  const VpcEndpointIds = endpoints.flatMap((it) => it.VpcEndpointId ?? []);
  const { Unsuccessful = [] } = await ec2(region).send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }));
  const first = Unsuccessful[0]?.Error;
  if (first) throw refusal(first.Code, first.Message);
}
