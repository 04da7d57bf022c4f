import {
  paginateDescribeEgressOnlyInternetGateways,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeNatGateways,
  paginateDescribeNetworkInterfaces,
  paginateDescribeVpcPeeringConnections,
  type Tag,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { nameIn } from "../resources/names";
import type { TargetKind } from "./routes";

/** What routes of a kind can lead to; kinds that Hamlet has none of have an empty list. */
export async function readTargets(region: string, kind: TargetKind): Promise<{ id: string; name: string }[]> {
  const pages = { client: ec2(region) };
  const target = (id: string | undefined, tags: Tag[] | undefined) => ({ id: id ?? "", name: nameIn(tags) });
  switch (kind) {
    case "igw": {
      const found = await all(paginateDescribeInternetGateways(pages, {}), (page) => page.InternetGateways);
      return found.map((it) => target(it.InternetGatewayId, it.Tags));
    }
    case "eigw": {
      const found = await all(
        paginateDescribeEgressOnlyInternetGateways(pages, {}),
        (page) => page.EgressOnlyInternetGateways,
      );
      return found.map((it) => target(it.EgressOnlyInternetGatewayId, it.Tags));
    }
    case "nat": {
      const found = await all(paginateDescribeNatGateways(pages, {}), (page) => page.NatGateways);
      return found.filter((it) => it.State !== "deleted").map((it) => target(it.NatGatewayId, it.Tags));
    }
    case "pcx": {
      const found = await all(
        paginateDescribeVpcPeeringConnections(pages, {}),
        (page) => page.VpcPeeringConnections,
      );
      const usable = found.filter((it) => it.Status?.Code === "active");
      return usable.map((it) => target(it.VpcPeeringConnectionId, it.Tags));
    }
    case "i": {
      const found = await all(paginateDescribeInstances(pages, {}), (page) => page.Reservations);
      const instances = found.flatMap((it) => it.Instances ?? []);
      return instances
        .filter((it) => it.State?.Name !== "terminated")
        .map((it) => target(it.InstanceId, it.Tags));
    }
    case "eni": {
      const found = await all(paginateDescribeNetworkInterfaces(pages, {}), (page) => page.NetworkInterfaces);
      return found.map((it) => target(it.NetworkInterfaceId, it.TagSet));
    }
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
