import type { Route } from "@aws-sdk/client-ec2";

/** What a route can lead to, in the order of AWS's select; `member` is the API's name for it. */
export const TARGETS = [
  { value: "local", label: "local", member: "LocalTarget" },
  { value: "cagw", label: "Carrier Gateway", member: "CarrierGatewayId" },
  { value: "core", label: "Core Network", member: "CoreNetworkArn" },
  { value: "eigw", label: "Egress Only Internet Gateway", member: "EgressOnlyInternetGatewayId" },
  { value: "vpce", label: "Gateway Load Balancer Endpoint", member: "VpcEndpointId" },
  { value: "i", label: "Instance", member: "InstanceId" },
  { value: "igw", label: "Internet Gateway", member: "GatewayId" },
  { value: "nat", label: "NAT Gateway", member: "NatGatewayId" },
  { value: "eni", label: "Network Interface", member: "NetworkInterfaceId" },
  { value: "lgw", label: "Outpost Local Gateway", member: "LocalGatewayId" },
  { value: "pcx", label: "Peering Connection", member: "VpcPeeringConnectionId" },
  { value: "tgw", label: "Transit Gateway", member: "TransitGatewayId" },
  { value: "vgw", label: "Virtual Private Gateway", member: "GatewayId" },
] as const;

export type TargetKind = (typeof TARGETS)[number]["value"];

export function destinationOf(route: Route): string {
  return route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId ?? "";
}

/** Its target's identifier, or `local`. An instance's route names the interface as well: the instance is what was meant. */
export function targetOf(route: Route): string {
  return (
    route.GatewayId ??
    route.NatGatewayId ??
    route.InstanceId ??
    route.NetworkInterfaceId ??
    route.VpcPeeringConnectionId ??
    route.EgressOnlyInternetGatewayId ??
    route.TransitGatewayId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn ??
    ""
  );
}

/** What kind of target an identifier is of. */
export function kindOf(target: string): TargetKind {
  const found = TARGETS.find(({ value }) => target === value || target.startsWith(`${value}-`));
  return found?.value ?? "core";
}

/** A destination as calls take it: by IPv4, IPv6 or prefix list. */
export function destination(text: string) {
  if (text.startsWith("pl-")) return { DestinationPrefixListId: text };
  return text.includes(":") ? { DestinationIpv6CidrBlock: text } : { DestinationCidrBlock: text };
}

/** A target as calls take it. */
export function target(id: string): Record<string, string | boolean> {
  if (id === "local") return { LocalTarget: true };
  const member = TARGETS.find(({ value }) => value === kindOf(id))?.member ?? "GatewayId";
  return { [member]: id };
}

/** A route that a gateway endpoint or a VPN has put there is theirs to change. */
export function isEditable(route: Route): boolean {
  return route.Origin !== "EnableVgwRoutePropagation" && !targetOf(route).startsWith("vpce-");
}
