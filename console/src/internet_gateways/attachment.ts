import type { InternetGateway } from "@aws-sdk/client-ec2";
import { nameIn, titleOf } from "../resources/names";

/** The VPC that a gateway is attached to. */
export function vpcOf(gateway: InternetGateway): string | undefined {
  return gateway.Attachments?.[0]?.VpcId;
}

export function gatewayTitle(gateway: InternetGateway): string {
  return titleOf(gateway.InternetGatewayId ?? "", nameIn(gateway.Tags));
}
