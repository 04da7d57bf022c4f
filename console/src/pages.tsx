import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import { NOUNS, type NounEntry } from "./nouns";

/** A page, and the addresses that lead to it: `:id` stands for any part. */
interface PageEntry {
  path: string;
  Page: LazyExoticComponent<ComponentType<{ id: string }>>;
}

type Load = () => Promise<{ default: ComponentType<{ id: string }> }>;

const page = (path: string, load: Load): PageEntry => ({ path, Page: lazy(load) });

/** Forms and other pages that only one noun has. They come before the nouns' own: `create` is no identifier. */
const FORMS: PageEntry[] = [
  page("", () => import("./dashboard/Dashboard")),
  page("vpcs/create", () => import("./vpcs/CreateVpc")),
  page("vpcs/:id/edit_settings", () => import("./vpcs/EditVpcSettings")),
  page("subnets/create", () => import("./subnets/CreateSubnet")),
  page("subnets/:id/edit_settings", () => import("./subnets/EditSubnetSettings")),
  page("subnets/:id/edit_route_table_association", () => import("./subnets/EditRouteTableAssociation")),
  page("subnets/:id/edit_network_acl_association", () => import("./subnets/EditNetworkAclAssociation")),
  page("route_tables/create", () => import("./route_tables/CreateRouteTable")),
  page("route_tables/:id/edit_routes", () => import("./route_tables/EditRoutes")),
  page("route_tables/:id/edit_subnet_associations", () => import("./route_tables/EditSubnetAssociations")),
  page("internet_gateways/create", () => import("./internet_gateways/CreateInternetGateway")),
  page("internet_gateways/:id/attach", () => import("./internet_gateways/AttachInternetGateway")),
  page(
    "egress_only_internet_gateways/create",
    () => import("./egress_only_internet_gateways/CreateEgressOnlyInternetGateway"),
  ),
  page("dhcp_options/create", () => import("./dhcp_options/CreateDhcpOptions")),
  page("nat_gateways/create", () => import("./nat_gateways/CreateNatGateway")),
  page("vpc_peering_connections/create", () => import("./vpc_peering_connections/CreatePeeringConnection")),
  page(
    "vpc_peering_connections/:id/edit_dns_settings",
    () => import("./vpc_peering_connections/EditDnsSettings"),
  ),
  page("vpc_endpoints/create", () => import("./vpc_endpoints/CreateEndpoint")),
  page("vpc_endpoints/:id/manage_route_tables", () => import("./vpc_endpoints/ManageRouteTables")),
  page("vpc_endpoints/:id/manage_subnets", () => import("./vpc_endpoints/ManageSubnets")),
  page("vpc_endpoints/:id/manage_security_groups", () => import("./vpc_endpoints/ManageSecurityGroups")),
  page("vpc_endpoints/:id/edit_policy", () => import("./vpc_endpoints/EditPolicy")),
  page("vpc_endpoints/:id/modify_private_dns_name", () => import("./vpc_endpoints/ModifyPrivateDnsName")),
  page("prefix_lists/create", () => import("./prefix_lists/CreatePrefixList")),
  page("prefix_lists/:id/modify", () => import("./prefix_lists/ModifyPrefixList")),
  page("elastic_ips/allocate", () => import("./elastic_ips/AllocateAddress")),
  page("elastic_ips/:id/associate", () => import("./elastic_ips/AssociateAddress")),
  page("network_acls/create", () => import("./network_acls/CreateNetworkAcl")),
  page("network_acls/:id/edit_inbound_rules", () => import("./network_acls/EditInboundRules")),
  page("network_acls/:id/edit_outbound_rules", () => import("./network_acls/EditOutboundRules")),
  page("network_acls/:id/edit_subnet_associations", () => import("./network_acls/EditSubnetAssociations")),
  page("security_groups/create", () => import("./security_groups/CreateSecurityGroup")),
  page("security_groups/:id/copy", () => import("./security_groups/CopySecurityGroup")),
  page("security_groups/:id/edit_inbound_rules", () => import("./security_groups/EditInboundRules")),
  page("security_groups/:id/edit_outbound_rules", () => import("./security_groups/EditOutboundRules")),
  page("log_groups/create", () => import("./log_groups/CreateLogGroup")),
  page("log_groups/:id/create_metric_filter", () => import("./log_groups/CreateMetricFilter")),
  page("log_groups/:id/manage_tags", () => import("./log_groups/ManageTags")),
  page("log_groups/:id/log_events", () => import("./log_events/LogEvents")),
  page("logs_insights", () => import("./logs_insights/LogsInsights")),
  page("live_tail", () => import("./live_tail/LiveTail")),
  ...["vpcs", "subnets", "network_interfaces"].map((noun) =>
    page(`${noun}/:id/create_flow_log`, () => import("./flow_logs/CreateFlowLog")),
  ),
];

function ofNoun({ path, load }: NounEntry): PageEntry[] {
  return [
    page(path, async () => {
      const [{ default: noun }, { ListPage }] = await Promise.all([load(), import("./resources/ListPage")]);
      return { default: () => <ListPage noun={noun} /> };
    }),
    page(`${path}/:id`, async () => {
      const [{ default: noun }, { DetailsPage }] = await Promise.all([
        load(),
        import("./resources/DetailsPage"),
      ]);
      return { default: ({ id }) => <DetailsPage noun={noun} id={id} /> };
    }),
  ];
}

const PAGES = [...FORMS, ...NOUNS.flatMap(ofNoun)];

/** The page at a path, with what stands for `:id` in it. */
export function pageAt(path: string[]): { entry: PageEntry; id: string } | undefined {
  for (const entry of PAGES) {
    const parts = entry.path.split("/").filter(Boolean);
    const fits =
      parts.length === path.length && parts.every((part, at) => part === ":id" || part === path[at]);
    if (fits) return { entry, id: path[parts.indexOf(":id")] ?? "" };
  }
  return undefined;
}
