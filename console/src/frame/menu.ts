/** The left menus, with AWS's labels and groups. */
export interface Menu {
  /** As breadcrumbs begin: `VPC`. */
  service: string;
  /** What the menu's title is, and where it and the first breadcrumb lead. */
  title: string;
  home: string[];
  groups: MenuGroup[];
}

export interface MenuGroup {
  title: string;
  entries: MenuEntry[];
}

/** An entry without a path is one that is not there yet. */
export interface MenuEntry {
  text: string;
  path?: string;
}

const VPC: Menu = {
  service: "VPC",
  title: "VPC dashboard",
  home: [],
  groups: [
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
  ],
};

const CLOUDWATCH: Menu = {
  service: "CloudWatch",
  title: "CloudWatch",
  home: ["log_groups"],
  groups: [
    { title: "Alarms", entries: [{ text: "All alarms" }] },
    {
      title: "Logs",
      entries: [
        { text: "Log groups", path: "log_groups" },
        { text: "Log Anomalies" },
        { text: "Live Tail", path: "live_tail" },
        { text: "Logs Insights", path: "logs_insights" },
        { text: "Contributor Insights" },
      ],
    },
    { title: "Metrics", entries: [{ text: "All metrics" }, { text: "Explorer" }, { text: "Streams" }] },
    {
      title: "Network Monitoring",
      entries: [{ text: "Flow monitors" }, { text: "Synthetic monitors" }],
    },
  ],
};

const MENUS = [VPC, CLOUDWATCH];

/** The menu that stands beside a page: the one that leads to it, or VPC's. */
export function menuAt([first]: string[]): Menu {
  return MENUS.find((menu) => leadsTo(menu, first)) ?? VPC;
}

function leadsTo({ groups }: Menu, first: string | undefined): boolean {
  return groups.some(({ entries }) => entries.some(({ path }) => path !== undefined && path === first));
}
