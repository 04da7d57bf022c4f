/** A group of a left menu, with AWS's labels. An entry without a path is one that is not there yet. */
export interface MenuGroup {
  title: string;
  entries: MenuEntry[];
}

export interface MenuEntry {
  text: string;
  path?: string;
}

/** A service's console: its left menu, and its dashboard. */
export interface Menu {
  service: string;
  dashboard: string;
  /** Where the dashboard lies. */
  home: string[];
  /** Whether the service is the same in all Regions. */
  isGlobal?: boolean;
  groups: MenuGroup[];
}

const VPC: MenuGroup[] = [
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

const IAM: MenuGroup[] = [
  {
    title: "Access management",
    entries: [
      { text: "User groups", path: "user_groups" },
      { text: "Users", path: "users" },
      { text: "Roles", path: "roles" },
      { text: "Policies", path: "policies" },
      { text: "Identity providers" },
      { text: "Account settings" },
      { text: "Root access management" },
    ],
  },
  {
    title: "Access reports",
    entries: [{ text: "Access Analyzer" }, { text: "Credential report" }, { text: "Organization activity" }],
  },
];

const MENUS: Menu[] = [
  { service: "VPC", dashboard: "VPC dashboard", home: [], groups: VPC },
  { service: "IAM", dashboard: "IAM dashboard", home: ["iam"], isGlobal: true, groups: IAM },
];
/** Pages that no menu leads to, and whose console is not the first. */
const BESIDE: Record<string, string> = {
  security_credentials: "IAM",
  sign_in: "IAM",
  change_password: "IAM",
};

/** The console that a page belongs to, by its address. */
export function menuAt([first]: string[]): Menu {
  const [vpc] = MENUS as [Menu];
  if (first === undefined) return vpc;
  const has = ({ service, home, groups }: Menu) =>
    home[0] === first ||
    BESIDE[first] === service ||
    groups.some(({ entries }) => entries.some(({ path }) => path === first));
  return MENUS.find(has) ?? vpc;
}
