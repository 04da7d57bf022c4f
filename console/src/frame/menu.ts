import { useState } from "react";

/** The left menu of a service's console, with AWS's labels and groups. */
export interface Menu {
  /** The service, as breadcrumbs begin with it. */
  service: string;
  /** What its dashboard is called, and where it lies. */
  dashboard: string;
  home: string[];
  /** Whether the service is the same in all Regions. */
  isGlobal?: boolean;
  groups: MenuGroup[];
}

interface MenuGroup {
  title: string;
  entries: MenuEntry[];
}

/** An entry without a path is one that is not there yet. */
export interface MenuEntry {
  text: string;
  path?: string;
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

const EC2: MenuGroup[] = [
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

const CLOUDWATCH: MenuGroup[] = [
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
];

const S3: MenuGroup[] = [
  {
    title: "Buckets",
    entries: [
      { text: "General purpose buckets", path: "buckets" },
      { text: "Directory buckets" },
      { text: "Table buckets" },
      { text: "Vector buckets" },
    ],
  },
  {
    title: "Access management and security",
    entries: [{ text: "Access Points" }, { text: "Access Grants" }, { text: "IAM Access Analyzer" }],
  },
  {
    title: "Storage management and insights",
    entries: [{ text: "Storage Lens" }, { text: "Batch Operations" }],
  },
];

/** What somebody begins with. */
const FIRST: Menu = { service: "VPC", dashboard: "VPC dashboard", home: [], groups: VPC };
/** Of several that a page belongs to, the first is shown, unless somebody comes from another. */
const MENUS: Menu[] = [
  FIRST,
  { service: "EC2", dashboard: "EC2 dashboard", home: ["ec2"], groups: EC2 },
  { service: "CloudWatch", dashboard: "CloudWatch", home: ["log_groups"], groups: CLOUDWATCH },
  { service: "S3", dashboard: "Amazon S3", home: ["buckets"], groups: S3 },
  { service: "IAM", dashboard: "IAM dashboard", home: ["iam"], isGlobal: true, groups: IAM },
];
/** Pages that no menu leads to, and whose console is not the first. */
const BESIDE: Record<string, string> = {
  security_credentials: "IAM",
  sign_in: "IAM",
  change_password: "IAM",
};

/** The console that a page belongs to, by its address. What is in several stays in the one where somebody is. */
export function useMenu(path: string[]): Menu {
  const [shown, show] = useState(FIRST);
  const fitting = MENUS.filter((menu) => has(menu, path));
  const menu = fitting.find((it) => it === shown) ?? fitting[0] ?? shown;
  // While rendering: an effect would first show the menu of the console that somebody has left.
  if (menu !== shown) show(menu);
  return menu;
}

function has({ service, home, groups }: Menu, path: string[]): boolean {
  const [first] = path;
  if (first === undefined) return home.length === 0;
  return (
    first === home[0] ||
    BESIDE[first] === service ||
    groups.some(({ entries }) => entries.some((it) => it.path !== undefined && it.path === first))
  );
}
