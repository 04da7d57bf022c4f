/** The left menu of the VPC console, with AWS's labels and groups. An entry without a path is one that is not there yet. */
export interface MenuGroup {
  title: string;
  entries: MenuEntry[];
}

export interface MenuEntry {
  text: string;
  path?: string;
}

export const VPC_MENU: MenuGroup[] = [
  {
    title: "Virtual private cloud",
    entries: [
      { text: "Your VPCs", path: "vpcs" },
      { text: "Subnets", path: "subnets" },
      { text: "Route tables", path: "route_tables" },
      { text: "Internet gateways", path: "internet_gateways" },
      { text: "Egress-only internet gateways", path: "egress_only_internet_gateways" },
      { text: "DHCP option sets", path: "dhcp_options" },
      { text: "Elastic IPs", path: "elastic_ips" },
      { text: "Managed prefix lists", path: "prefix_lists" },
      { text: "NAT gateways", path: "nat_gateways" },
      { text: "Peering connections", path: "vpc_peering_connections" },
      { text: "Route servers" },
    ],
  },
  {
    title: "Security",
    entries: [
      { text: "Network ACLs", path: "network_acls" },
      { text: "Security groups", path: "security_groups" },
    ],
  },
  { title: "Network & Security", entries: [{ text: "Network interfaces", path: "network_interfaces" }] },
  {
    title: "PrivateLink and Lattice",
    entries: [{ text: "Endpoints", path: "vpc_endpoints" }, { text: "Endpoint services" }],
  },
];
