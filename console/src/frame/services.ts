/** What the search knows beside resources: services and what is in them, with the words that people type. */
export interface Findable {
  text: string;
  description: string;
  /** Older or other words for the same. */
  words: string[];
  /** Where it lies; what is not there yet is grey. */
  path?: string[];
}

export const SERVICES: Findable[] = [
  {
    text: "VPC",
    description: "Isolated Cloud Resources",
    words: ["virtual private cloud", "network"],
    path: [],
  },
  { text: "EC2", description: "Virtual Servers in the Cloud", words: ["instances"], path: ["ec2"] },
  {
    text: "CloudWatch",
    description: "Monitor Resources and Applications",
    words: ["logs", "metrics", "insights"],
    path: ["log_groups"],
  },
  {
    text: "S3",
    description: "Scalable Storage in the Cloud",
    words: ["buckets", "objects"],
    path: ["buckets"],
  },
  {
    text: "IAM",
    description: "Manage access to AWS resources",
    words: ["identity and access management", "users", "roles", "policies", "access keys"],
    path: ["iam"],
  },
  {
    text: "Route 53",
    description: "Scalable DNS and Domain Name Registration",
    words: ["hosted zones", "dns"],
  },
];

export const FEATURES: Findable[] = [
  { text: "Your VPCs", description: "VPC feature", words: ["vpc"], path: ["vpcs"] },
  { text: "Create VPC", description: "VPC feature", words: ["new vpc"], path: ["vpcs", "create"] },
  { text: "Subnets", description: "VPC feature", words: [], path: ["subnets"] },
  { text: "Route tables", description: "VPC feature", words: ["routes"], path: ["route_tables"] },
  { text: "Internet gateways", description: "VPC feature", words: ["igw"], path: ["internet_gateways"] },
  { text: "Managed prefix lists", description: "VPC feature", words: ["cidr"], path: ["prefix_lists"] },
  {
    text: "Elastic IPs",
    description: "VPC feature",
    words: ["eip", "public address"],
    path: ["elastic_ips"],
  },
  {
    text: "Network interfaces",
    description: "EC2 feature",
    words: ["eni", "elastic network interface"],
    path: ["network_interfaces"],
  },
  {
    text: "Instances",
    description: "EC2 feature",
    words: ["servers", "virtual machines"],
    path: ["instances"],
  },
  {
    text: "Launch an instance",
    description: "EC2 feature",
    words: ["run instances", "new instance"],
    path: ["instances", "launch"],
  },
  { text: "Key pairs", description: "EC2 feature", words: ["ssh key", "pem"], path: ["key_pairs"] },
  { text: "Network ACLs", description: "VPC feature", words: ["nacl", "firewall"], path: ["network_acls"] },
  {
    text: "Egress-only internet gateways",
    description: "VPC feature",
    words: ["eigw", "ipv6"],
    path: ["egress_only_internet_gateways"],
  },
  {
    text: "Peering connections",
    description: "VPC feature",
    words: ["pcx", "vpc peering"],
    path: ["vpc_peering_connections"],
  },
  { text: "Endpoints", description: "VPC feature", words: ["vpce", "privatelink"], path: ["vpc_endpoints"] },
  {
    text: "DHCP option sets",
    description: "VPC feature",
    words: ["dhcp options sets"],
    path: ["dhcp_options"],
  },
  { text: "NAT gateways", description: "VPC feature", words: ["nat"], path: ["nat_gateways"] },
  {
    text: "Security groups",
    description: "VPC feature",
    words: ["firewall", "sg"],
    path: ["security_groups"],
  },
  {
    text: "Log groups",
    description: "CloudWatch feature",
    words: ["cloudwatch logs", "log streams", "log events", "flow logs"],
    path: ["log_groups"],
  },
  {
    text: "Logs Insights",
    description: "CloudWatch feature",
    words: ["query", "queries"],
    path: ["logs_insights"],
  },
  { text: "Live Tail", description: "CloudWatch feature", words: ["tail"], path: ["live_tail"] },
  {
    text: "Buckets",
    description: "S3 feature",
    words: ["general purpose buckets"],
    path: ["buckets"],
  },
  {
    text: "Access keys",
    description: "IAM feature",
    words: ["security credentials"],
    path: ["security_credentials"],
  },
  { text: "Policies", description: "IAM feature", words: ["permissions"], path: ["policies"] },
  { text: "Roles", description: "IAM feature", words: ["trust policy"], path: ["roles"] },
  { text: "Users", description: "IAM feature", words: ["iam users"], path: ["users"] },
  { text: "User groups", description: "IAM feature", words: ["groups"], path: ["user_groups"] },
];

/** Whether what somebody types means it. */
export function means({ text, words }: Findable, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return [text, ...words].some((word) => word.toLowerCase().includes(wanted));
}
