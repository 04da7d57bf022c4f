import { type ComponentType, type LazyExoticComponent, lazy } from "react";
import type { Holder } from "./clients/identities";
import type { Tagged } from "./iam/tags";
import { NOUNS, type NounEntry } from "./nouns";

/** A page, and the addresses that lead to it: `:id` stands for any part. */
interface PageEntry {
  path: string;
  Page: LazyExoticComponent<ComponentType<{ id: string }>>;
  /** Has the whole window, without the bar above. */
  isBare?: boolean;
}

type Load = () => Promise<{ default: ComponentType<{ id: string }> }>;

const page = (path: string, load: Load): PageEntry => ({ path, Page: lazy(load) });

/** The form of the tags that things of IAM have. */
function ofTagged(kind: Tagged): PageEntry {
  return page(`${kind}/:id/manage_tags`, async () => {
    const { ManageTags } = await import("./iam/ManageTags");
    return { default: ({ id }) => <ManageTags kind={kind} id={id} /> };
  });
}

/** The forms that change what a role, a user or a group may do. */
function ofHolder(noun: string, kind: Holder["kind"]): PageEntry[] {
  return [
    page(`${noun}/:id/attach_policies`, async () => {
      const { AttachPolicies } = await import("./policies/AttachPolicies");
      return { default: ({ id }) => <AttachPolicies holder={{ kind, name: id }} /> };
    }),
    page(`${noun}/:id/inline_policy`, async () => {
      const { InlinePolicy } = await import("./policies/InlinePolicy");
      return { default: ({ id }) => <InlinePolicy holder={{ kind, name: id }} /> };
    }),
  ];
}

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
  page("ec2", () => import("./ec2_dashboard/Ec2Dashboard")),
  page("instances/launch", () => import("./instances/launch/LaunchInstance")),
  page("instances/launched", () => import("./instances/launch/Launched")),
  page("instances/:id/connect", () => import("./instances/connect/ConnectToInstance")),
  { ...page("instances/:id/terminal", () => import("./instances/connect/TerminalPage")), isBare: true },
  page("instances/:id/change_security_groups", () => import("./instances/ChangeSecurityGroups")),
  page("instances/:id/modify_iam_role", () => import("./instances/ModifyIamRole")),
  page("instances/:id/manage_ip_addresses", () => import("./instances/ManageIpAddresses")),
  page("instances/:id/get_system_log", () => import("./instances/SystemLog")),
  page("instances/:id/change_instance_type", () => import("./instances/ChangeInstanceType")),
  page("instances/:id/edit_user_data", () => import("./instances/EditUserData")),
  page("key_pairs/create", () => import("./key_pairs/CreateKeyPair")),
  page("key_pairs/import", () => import("./key_pairs/ImportKeyPair")),
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
  page("buckets/create", () => import("./buckets/CreateBucket")),
  page("buckets/:id/empty", () => import("./buckets/EmptyBucket")),
  page("buckets/:id/delete", () => import("./buckets/DeleteBucket")),
  page("buckets/:id/upload", () => import("./buckets/UploadPage")),
  page("buckets/:id/manage_tags", () => import("./buckets/ManageTags")),
  page("buckets/:id/edit_public_access", () => import("./buckets/EditPublicAccess")),
  page("buckets/:id/edit_policy", () => import("./buckets/EditBucketPolicy")),
  page("buckets/:id/object", () => import("./buckets/ObjectPage")),
  page("policies/create", () => import("./policies/CreatePolicy")),
  page("policies/:id/edit", () => import("./policies/EditPolicy")),
  page("policies/:id/attach", () => import("./policies/AttachPolicy")),
  page("roles/create", () => import("./roles/CreateRole")),
  page("roles/:id/edit_trust", () => import("./roles/EditTrust")),
  ...ofHolder("roles", "role"),
  ofTagged("roles"),
  ofTagged("users"),
  ofTagged("policies"),
  page("users/create", () => import("./users/CreateUser")),
  page("users/:id/create_access_key", () => import("./users/CreateAccessKey")),
  page("users/:id/console_access", () => import("./users/ManageConsoleAccess")),
  page("users/:id/add_to_groups", () => import("./users/AddToGroups")),
  ...ofHolder("users", "user"),
  page("user_groups/create", () => import("./user_groups/CreateGroup")),
  page("user_groups/:id/add_users", () => import("./user_groups/AddUsers")),
  ...ofHolder("user_groups", "group"),
  page("security_credentials", () => import("./security_credentials/SecurityCredentials")),
  page("security_credentials/create_access_key", () => import("./users/CreateAccessKey")),
  page("iam", () => import("./iam/Dashboard")),
  page("sign_in", () => import("./session/SignIn")),
  page("change_password", () => import("./session/ChangePassword")),
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
