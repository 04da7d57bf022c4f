import type { Route } from "@aws-sdk/client-ec2";
import { ResourceLink } from "../resources/cells";
import { targetOf } from "./routes";

/** The nouns of what routes lead to, by how identifiers begin. */
const NOUNS: Record<string, string> = {
  igw: "internet_gateways",
  eigw: "egress_only_internet_gateways",
  nat: "nat_gateways",
  pcx: "vpc_peering_connections",
  vpce: "vpc_endpoints",
};

/** What a route leads to, with a link where there is a page of it. */
export function TargetLink({ region, route }: { region: string; route: Route }) {
  const target = targetOf(route);
  const noun = NOUNS[target.split("-")[0] ?? ""];
  return noun ? <ResourceLink region={region} noun={noun} id={target} /> : target;
}
