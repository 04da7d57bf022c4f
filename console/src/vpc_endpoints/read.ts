import {
  DescribeVpcEndpointServicesCommand,
  type DescribeVpcEndpointServicesResult,
  type RouteTable,
  type ServiceDetail,
  type Subnet,
  type Vpc,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { readEndpoints, readRouteTables, readSubnets, readVpcs } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** An endpoint with what its list and its tabs show beside it. */
export interface EndpointRow {
  endpoint: VpcEndpoint;
  vpc: Vpc | undefined;
  /** A gateway endpoint's. */
  routeTables: RouteTable[];
  /** An interface endpoint's. */
  subnets: Subnet[];
}

export async function readEndpointRows(region: string): Promise<EndpointRow[]> {
  const [endpoints, vpcs, tables, subnets] = await Promise.all([
    readEndpoints(region),
    readVpcs(region),
    readRouteTables(region),
    readSubnets(region),
  ]);
  return endpoints.map((endpoint) => ({
    endpoint,
    vpc: vpcs.find((it) => it.VpcId === endpoint.VpcId),
    routeTables: tables.filter((it) => endpoint.RouteTableIds?.includes(it.RouteTableId ?? "")),
    subnets: subnets.filter((it) => endpoint.SubnetIds?.includes(it.SubnetId ?? "")),
  }));
}

/** One of them, for forms. */
export function useEndpoint(region: string, id: string): EndpointRow | undefined {
  const { data } = useReading(`vpc_endpoints/${region}`, () => readEndpointRows(region));
  return data?.find((it) => it.endpoint.VpcEndpointId === id);
}

export function isGateway({ VpcEndpointType }: VpcEndpoint): boolean {
  return VpcEndpointType === "Gateway";
}

export function endpointTitle(endpoint: VpcEndpoint): string {
  return titleOf(endpoint.VpcEndpointId ?? "", nameIn(endpoint.Tags));
}

/** What endpoints can be made for. The SDK has no pages for this call. */
export async function readServices(region: string): Promise<ServiceDetail[]> {
  const services: ServiceDetail[] = [];
  let NextToken: string | undefined;
  do {
    const page: DescribeVpcEndpointServicesResult = await ec2(region).send(
      new DescribeVpcEndpointServicesCommand({ NextToken }),
    );
    services.push(...(page.ServiceDetails ?? []));
    NextToken = page.NextToken || undefined;
  } while (NextToken);
  return services;
}
