/** The left menu of a service's console, with AWS's labels and groups. */
export interface Menu {
  /** The service, as breadcrumbs begin with it. */
  service: string;
  /** Its dashboard: what it is called, and where it lies. */
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

const VPC_GROUPS: MenuGroup[] = [
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

const EC2_GROUPS: MenuGroup[] = [
  {
    title: "Instances",
    entries: [
      { text: "Instances", path: "instances" },
      { text: "Instance Types" },
      { text: "Launch Templates" },
      { text: "Spot Requests" },
      { text: "Dedicated Hosts" },
      { text: "Capacity Reservations" },
    ],
  },
  { title: "Images", entries: [{ text: "AMIs" }, { text: "AMI Catalog" }] },
  { title: "Elastic Block Store", entries: [{ text: "Volumes" }, { text: "Snapshots" }] },
  {
    title: "Network & Security",
    entries: [
      { text: "Security Groups", path: "security_groups" },
      { text: "Elastic IPs", path: "elastic_ips" },
      { text: "Placement Groups" },
      { text: "Key Pairs", path: "key_pairs" },
      { text: "Network Interfaces", path: "network_interfaces" },
    ],
  },
];

/** The one that an address belongs to if it belongs to several comes first. */
const MENUS: Menu[] = [
  { service: "VPC", title: "VPC dashboard", home: [], groups: VPC_GROUPS },
  { service: "EC2", title: "EC2 dashboard", home: ["ec2"], groups: EC2_GROUPS },
];

let shown = MENUS[0] as Menu;

/** The menu beside a page. What is in several stays in the one where somebody is. */
export function menuBeside(path: string[]): Menu {
  const fitting = MENUS.filter((it) => has(it, path));
  shown = fitting.find((it) => it === shown) ?? fitting[0] ?? shown;
  return shown;
}

function has({ home, groups }: Menu, path: string[]): boolean {
  const isHome = path.join("/") === home.join("/");
  return isHome || groups.some(({ entries }) => entries.some((it) => it.path && it.path === path[0]));
}
