import type { Tag } from "@aws-sdk/client-ec2";
import {
  readEgressOnlyInternetGateways,
  readInstances,
  readInternetGateways,
  readNatGateways,
  readNetworkInterfaces,
  readPeeringConnections,
} from "../clients/describe";
import { nameIn } from "../resources/names";
import type { TargetKind } from "./routes";

/** What routes of a kind can lead to; kinds that Hamlet has none of have an empty list. */
export async function readTargets(region: string, kind: TargetKind): Promise<{ id: string; name: string }[]> {
  const target = (id: string | undefined, tags: Tag[] | undefined) => ({ id: id ?? "", name: nameIn(tags) });
  switch (kind) {
    case "igw":
      return (await readInternetGateways(region)).map((it) => target(it.InternetGatewayId, it.Tags));
    case "eigw": {
      const found = await readEgressOnlyInternetGateways(region);
      return found.map((it) => target(it.EgressOnlyInternetGatewayId, it.Tags));
    }
    case "nat": {
      const found = await readNatGateways(region);
      return found.filter((it) => it.State !== "deleted").map((it) => target(it.NatGatewayId, it.Tags));
    }
    case "pcx": {
      const found = await readPeeringConnections(region);
      const usable = found.filter((it) => it.Status?.Code === "active");
      return usable.map((it) => target(it.VpcPeeringConnectionId, it.Tags));
    }
    case "i":
      return (await readInstances(region)).map((it) => target(it.InstanceId, it.Tags));
    case "eni":
      return (await readNetworkInterfaces(region)).map((it) => target(it.NetworkInterfaceId, it.TagSet));
    case "local":
      return [{ id: "local", name: "" }];
    case "cagw":
    case "core":
    case "vpce":
    case "lgw":
    case "tgw":
    case "vgw":
      return [];
  }
}
