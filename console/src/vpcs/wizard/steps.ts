import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateEgressOnlyInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
  type ResourceType,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../../clients/ec2";
import { refusal } from "../../clients/failure";
import { specification, withName } from "../../forms/TagsEditor";
import { destination, target } from "../../route_tables/routes";
import type { Plan, PlannedNat, PlannedTable } from "./plan";
import type { Settings } from "./settings";

/** How often is asked whether something is there, and how long is waited for it. */
const ASK_EVERY_MS = 1000;
const WAIT_MAX_MS = 300_000;

/** What was made until now: identifiers by the plan's keys. */
export type Made = Map<string, string>;

/** One call, or what is waited for. */
export interface Step {
  text: string;
  /** The noun of what it makes, for the link. */
  noun?: string;
  /** Does it; what was made goes into `made`, and is returned if there is something to show. */
  run: (made: Made) => Promise<string | undefined>;
}

/** What leads from nothing to the plan, in the order of AWS's console. */
export function stepsOf(region: string, plan: Plan, settings: Settings): Step[] {
  const client = ec2(region);
  const tags = (type: ResourceType, name: string) =>
    specification(type, settings.isNamed && settings.project ? withName(settings.tags, name) : settings.tags);
  const of = (made: Made, key: string) => made.get(key) ?? "";
  const making = (
    text: string,
    noun: string,
    key: string,
    make: (made: Made) => Promise<string | undefined>,
  ) => ({
    text,
    noun,
    run: async (made: Made) => {
      const id = (await make(made)) ?? "";
      made.set(key, id);
      return id;
    },
  });
  const doing = (text: string, act: (made: Made) => Promise<unknown>): Step => ({
    text,
    run: async (made) => {
      await act(made);
      return undefined;
    },
  });

  const dns = (text: string, attribute: "EnableDnsHostnames" | "EnableDnsSupport", Value: boolean) =>
    doing(text, (made) =>
      client.send(new ModifyVpcAttributeCommand({ VpcId: of(made, "vpc"), [attribute]: { Value } })),
    );
  const vpc: Step[] = [
    making("Create VPC", "vpcs", "vpc", async () => {
      const { Vpc } = await client.send(
        new CreateVpcCommand({
          CidrBlock: settings.cidr.trim(),
          AmazonProvidedIpv6CidrBlock: settings.hasIpv6 || undefined,
          InstanceTenancy: settings.tenancy,
          TagSpecifications: tags("vpc", plan.vpc.name),
        }),
      );
      return Vpc?.VpcId;
    }),
    ...(settings.dnsHostnames ? [dns("Enable DNS hostnames", "EnableDnsHostnames", true)] : []),
    settings.dnsResolution
      ? dns("Enable DNS resolution", "EnableDnsSupport", true)
      : dns("Disable DNS resolution", "EnableDnsSupport", false),
    doing("Verifying VPC creation", async (made) => {
      const found = await until(async () => {
        const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({ VpcIds: [of(made, "vpc")] }));
        const block = Vpcs[0]?.Ipv6CidrBlockAssociationSet?.find(
          (it) => it.Ipv6CidrBlockState?.State === "associated",
        );
        const isThere = Vpcs[0]?.State === "available" && (block !== undefined || !settings.hasIpv6);
        return isThere ? { ipv6: block?.Ipv6CidrBlock } : undefined;
      });
      if (found.ipv6) made.set("ipv6", found.ipv6);
    }),
  ];

  const endpoint = plan.endpoint && {
    create: making("Create S3 endpoint", "vpc_endpoints", plan.endpoint.key, async (made) => {
      const { VpcEndpoint } = await client.send(
        new CreateVpcEndpointCommand({
          VpcId: of(made, "vpc"),
          ServiceName: `com.amazonaws.${region}.s3`,
          VpcEndpointType: "Gateway",
          TagSpecifications: tags("vpc-endpoint", plan.endpoint?.name ?? ""),
        }),
      );
      return VpcEndpoint?.VpcEndpointId;
    }),
    associate: doing("Associate S3 endpoint with private subnet route tables", (made) =>
      client.send(
        new ModifyVpcEndpointCommand({
          VpcEndpointId: of(made, plan.endpoint?.key ?? ""),
          AddRouteTableIds: plan.endpoint?.tables.map((key) => of(made, key)),
        }),
      ),
    ),
  };

  const subnets = plan.subnets.map(({ key, name, zone, cidr }, at) =>
    making("Create subnet", "subnets", key, async (made) => {
      const { Subnet } = await client.send(
        new CreateSubnetCommand({
          VpcId: of(made, "vpc"),
          CidrBlock: cidr.trim(),
          Ipv6CidrBlock: ipv6Block(made.get("ipv6"), at),
          AvailabilityZone: zone,
          TagSpecifications: tags("subnet", name),
        }),
      );
      return Subnet?.SubnetId;
    }),
  );

  const { internetGateway, egressOnly } = plan;
  const gateways: Step[] = [
    ...(internetGateway
      ? [
          making("Create internet gateway", "internet_gateways", internetGateway.key, async () => {
            const { InternetGateway } = await client.send(
              new CreateInternetGatewayCommand({
                TagSpecifications: tags("internet-gateway", internetGateway.name),
              }),
            );
            return InternetGateway?.InternetGatewayId;
          }),
          doing("Attach internet gateway to the VPC", (made) =>
            client.send(
              new AttachInternetGatewayCommand({
                InternetGatewayId: of(made, internetGateway.key),
                VpcId: of(made, "vpc"),
              }),
            ),
          ),
        ]
      : []),
    ...(egressOnly
      ? [
          making(
            "Create egress only internet gateway",
            "egress_only_internet_gateways",
            egressOnly.key,
            async (made) => {
              const { EgressOnlyInternetGateway } = await client.send(
                new CreateEgressOnlyInternetGatewayCommand({
                  VpcId: of(made, "vpc"),
                  TagSpecifications: tags("egress-only-internet-gateway", egressOnly.name),
                }),
              );
              return EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId;
            },
          ),
        ]
      : []),
  ];

  const table = ({ key, name, routes }: PlannedTable): Step[] => [
    making("Create route table", "route_tables", key, async (made) => {
      const { RouteTable } = await client.send(
        new CreateRouteTableCommand({
          VpcId: of(made, "vpc"),
          TagSpecifications: tags("route-table", name),
        }),
      );
      return RouteTable?.RouteTableId;
    }),
    ...routes.map((route) =>
      doing("Create route", (made) =>
        client.send(
          new CreateRouteCommand({
            RouteTableId: of(made, key),
            ...destination(route.destination),
            ...target(of(made, route.target)),
          }),
        ),
      ),
    ),
    ...plan.subnets
      .filter((it) => it.table === key)
      .map((subnet) =>
        doing("Associate route table", (made) =>
          client.send(
            new AssociateRouteTableCommand({ RouteTableId: of(made, key), SubnetId: of(made, subnet.key) }),
          ),
        ),
      ),
  ];

  const nat = ({ key, name, addressName, subnet }: PlannedNat): Step[] => [
    making("Allocate elastic IP", "elastic_ips", `${key}-address`, async () => {
      const { AllocationId } = await client.send(
        new AllocateAddressCommand({ Domain: "vpc", TagSpecifications: tags("elastic-ip", addressName) }),
      );
      return AllocationId;
    }),
    making("Create NAT gateway", "nat_gateways", key, async (made) => {
      const { NatGateway } = await client.send(
        new CreateNatGatewayCommand({
          SubnetId: of(made, subnet),
          AllocationId: of(made, `${key}-address`),
          TagSpecifications: tags("natgateway", name),
        }),
      );
      return NatGateway?.NatGatewayId;
    }),
  ];
  const active = doing("Wait for NAT Gateways to activate", (made) =>
    until(async () => {
      const NatGatewayIds = plan.nats.map((it) => of(made, it.key));
      const { NatGateways = [] } = await client.send(new DescribeNatGatewaysCommand({ NatGatewayIds }));
      const failed = NatGateways.find((it) => it.State === "failed");
      if (failed) throw refusal(failed.FailureCode, failed.FailureMessage);
      return NatGateways.every((it) => it.State === "available") || undefined;
    }),
  );

  const isPublic = (it: PlannedTable) => it.key === "rtb-public";
  const verified = doing("Verifying route table creation", (made) =>
    client.send(new DescribeRouteTablesCommand({ RouteTableIds: plan.tables.map((it) => of(made, it.key)) })),
  );
  return [
    ...vpc,
    ...(endpoint ? [endpoint.create] : []),
    ...subnets,
    ...gateways,
    ...plan.tables.filter(isPublic).flatMap(table),
    ...plan.nats.flatMap(nat),
    ...(plan.nats.length > 0 ? [active] : []),
    ...plan.tables.filter((it) => !isPublic(it)).flatMap(table),
    ...(plan.tables.length > 0 ? [verified] : []),
    ...(endpoint && plan.endpoint?.tables.length ? [endpoint.associate] : []),
  ];
}

/** The /64 with this number in the VPC's /56: `2001:db8:0:1200::/56` has `2001:db8:0:1203::/64` as its fourth. */
function ipv6Block(vpc: string | undefined, at: number): string | undefined {
  if (!vpc) return undefined;
  const groups = (vpc.split("::")[0] ?? "").split(":");
  const parts = [0, 1, 2, 3].map((place) => Number.parseInt(groups[place] ?? "0", 16));
  parts[3] = (parts[3] ?? 0) + at;
  return `${parts.map((part) => part.toString(16)).join(":")}::/64`;
}

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; waited < WAIT_MAX_MS; waited += ASK_EVERY_MS) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw refusal("Timeout", "It is still not there after five minutes.");
}
