import type { AnyNoun } from "./resources/noun";

/** The kinds of resources there are. A line here gives one its list, its detail page and its place in the search. */
export interface NounEntry {
  path: string;
  load: () => Promise<{ default: AnyNoun }>;
}

export const NOUNS: NounEntry[] = [
  { path: "vpcs", load: () => import("./vpcs/vpcs") },
  { path: "subnets", load: () => import("./subnets/subnets") },
  { path: "route_tables", load: () => import("./route_tables/route_tables") },
  { path: "internet_gateways", load: () => import("./internet_gateways/internet_gateways") },
  {
    path: "egress_only_internet_gateways",
    load: () => import("./egress_only_internet_gateways/egress_only_internet_gateways"),
  },
  { path: "dhcp_options", load: () => import("./dhcp_options/dhcp_options") },
  { path: "nat_gateways", load: () => import("./nat_gateways/nat_gateways") },
  {
    path: "vpc_peering_connections",
    load: () => import("./vpc_peering_connections/vpc_peering_connections"),
  },
  { path: "vpc_endpoints", load: () => import("./vpc_endpoints/vpc_endpoints") },
  { path: "security_groups", load: () => import("./security_groups/security_groups") },
  { path: "network_acls", load: () => import("./network_acls/network_acls") },
  { path: "elastic_ips", load: () => import("./elastic_ips/elastic_ips") },
  { path: "network_interfaces", load: () => import("./network_interfaces/network_interfaces") },
  { path: "instances", load: () => import("./instances/instances") },
  { path: "key_pairs", load: () => import("./key_pairs/key_pairs") },
  { path: "log_groups", load: () => import("./log_groups/log_groups") },
  { path: "prefix_lists", load: () => import("./prefix_lists/prefix_lists") },
  { path: "buckets", load: () => import("./buckets/buckets") },
  { path: "policies", load: () => import("./policies/policies") },
  { path: "roles", load: () => import("./roles/roles") },
  { path: "users", load: () => import("./users/users") },
  { path: "user_groups", load: () => import("./user_groups/user_groups") },
];
