import type { Instance } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { ActionsMenu } from "../resources/ActionsMenu";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf } from "../resources/names";
import type { Field, Noun, Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { instanceActions } from "./actions";
import { InstanceDetails } from "./InstanceDetails";
import { NetworkingTab } from "./NetworkingTab";
import {
  autoAssignedAddress,
  elasticAddresses,
  type InstanceRow,
  ipv6Addresses,
  profileName,
  readInstanceRows,
} from "./read";
import { SecurityTab } from "./SecurityTab";
import { StatusTab } from "./StatusTab";
import { StorageTab } from "./StorageTab";
import { isChanging, stateActions } from "./states";
import { checksText, StatusChecks } from "./status";

const INSTANCES: Noun<InstanceRow> = {
  path: "instances",
  one: "Instance",
  many: "instances",
  title: "Instances",
  about: "An instance is a virtual server: with an operating system of an image, in a subnet.",
  heading: ({ it }) => `Instance summary for ${headingOf(it)}`,
  id: ({ it }) => it.InstanceId ?? "",
  tags: ({ it }) => it.Tags,
  hasName: true,
  list: readInstanceRows,
  create: { text: "Launch instances", path: "launch" },
  isChanging: ({ it }) => isChanging(it),
  beside,
  columns: [
    {
      id: "state",
      header: "Instance state",
      text: ({ it }) => capitalised(it.State?.Name),
      cell: ({ it }) => <State of={it.State?.Name} />,
    },
    { id: "type", header: "Instance type", text: ({ it }) => it.InstanceType ?? DASH },
    {
      id: "status",
      width: 190,
      header: "Status check",
      text: ({ status }) => checksText(status),
      cell: ({ status }) => <StatusChecks of={status} />,
    },
    { id: "zone", header: "Availability Zone", text: ({ it }) => it.Placement?.AvailabilityZone ?? DASH },
    { id: "public-dns", width: 260, header: "Public IPv4 DNS", text: ({ it }) => it.PublicDnsName || DASH },
    { id: "public-ipv4", header: "Public IPv4 address", text: ({ it }) => it.PublicIpAddress ?? DASH },
    { id: "elastic-ip", header: "Elastic IP", text: ({ it }) => elasticAddresses(it).join(", ") || DASH },
    { id: "private-ipv4", header: "Private IPv4 address", text: ({ it }) => it.PrivateIpAddress ?? DASH },
    { id: "ipv6", width: 200, header: "IPv6 IPs", text: ({ it }) => ipv6Addresses(it).join(", ") || DASH },
    { id: "monitoring", header: "Monitoring", text: ({ it }) => capitalised(it.Monitoring?.State) },
    { id: "groups", width: 220, header: "Security group name", text: groupNames },
    { id: "key", width: 180, header: "Key name", text: ({ it }) => it.KeyName ?? DASH },
    {
      id: "launch-time",
      width: 240,
      header: "Launch time",
      text: ({ it }) => timeOf(it.LaunchTime),
      number: ({ it }) => it.LaunchTime?.getTime() ?? 0,
    },
    { id: "platform", width: 160, header: "Platform", text: ({ it }) => it.PlatformDetails ?? DASH },
    { id: "vpc", width: 300, header: "VPC ID", text: vpcTitle, cell: vpcLink, isHidden: true },
    { id: "subnet", width: 300, header: "Subnet ID", text: subnetTitle, cell: subnetLink, isHidden: true },
    { id: "image", header: "Image ID", text: ({ it }) => it.ImageId ?? DASH, isHidden: true },
    { id: "role", header: "IAM instance profile", text: ({ it }) => profileName(it) || DASH, isHidden: true },
  ],
  actions: (rows, region) =>
    instanceActions(
      rows.map(({ it }) => it),
      region,
    ),
  summary: "Instance summary",
  details,
  tabs,
};
export default INSTANCES;

/** Connect, and the menu Instance state. */
function beside(selected: InstanceRow[], region: string) {
  const instances = selected.map(({ it }) => it);
  const [one, ...others] = instances;
  const reason = connectReason(one, others.length);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        disabled={reason !== undefined}
        disabledReason={reason}
        href={reason ? undefined : href(region, ["instances", one?.InstanceId ?? "", "connect"])}
      >
        Connect
      </Button>
      <ActionsMenu text="Instance state" actions={stateActions(instances, region)} />
    </SpaceBetween>
  );
}

function connectReason(one: Instance | undefined, others: number): string | undefined {
  if (!one) return "Select one first.";
  if (others > 0) return "Select only one.";
  return one.State?.Name === "running" ? undefined : "It does not run.";
}

function headingOf(it: Instance): string {
  const name = nameIn(it.Tags);
  return name ? `${it.InstanceId} (${name})` : (it.InstanceId ?? "");
}

function details(row: InstanceRow, region: string): Field[] {
  const { it } = row;
  const [address] = it.PublicIpAddress ? [it.PublicIpAddress] : [];
  const elastic = elasticAddresses(it);
  return [
    { label: "Instance ID", value: <Copied text={it.InstanceId} label="Instance ID" /> },
    { label: "Public IPv4 address", value: <Copied text={address} label="Public IPv4 address" /> },
    {
      label: "Private IPv4 addresses",
      value: <Copied text={it.PrivateIpAddress} label="Private IPv4 addresses" />,
    },
    { label: "IPv6 address", value: ipv6Addresses(it).join(", ") || DASH },
    { label: "Instance state", value: <State of={it.State?.Name} /> },
    { label: "Public DNS", value: <Copied text={it.PublicDnsName || undefined} label="Public DNS" /> },
    { label: "Hostname type", value: hostnameType(it) },
    {
      label: "Private IP DNS name (IPv4 only)",
      value: <Copied text={it.PrivateDnsName || undefined} label="Private IP DNS name" />,
    },
    { label: "Answer private resource DNS name", value: answered(it) },
    { label: "Instance type", value: it.InstanceType ?? DASH },
    { label: "Elastic IP addresses", value: elastic.join(", ") || DASH },
    { label: "Auto-assigned IP address", value: autoAssignedAddress(it) ?? DASH },
    { label: "VPC ID", value: vpcLink(row, region) },
    { label: "Subnet ID", value: subnetLink(row, region) },
    { label: "IAM Role", value: profileName(it) || DASH },
    { label: "IMDSv2", value: capitalised(it.MetadataOptions?.HttpTokens) },
  ];
}

function tabs(row: InstanceRow, region: string): Tab[] {
  const { it, status } = row;
  return [
    { id: "details", label: "Details", content: <InstanceDetails region={region} of={it} /> },
    { id: "status", label: "Status and alarms", content: <StatusTab status={status} /> },
    { id: "security", label: "Security", content: <SecurityTab region={region} of={it} /> },
    { id: "networking", label: "Networking", content: <NetworkingTab region={region} row={row} /> },
    { id: "storage", label: "Storage", content: <StorageTab region={region} of={it} /> },
    { id: "tags", label: "Tags", content: <TagsTab tags={it.Tags} /> },
  ];
}

function groupNames({ it }: InstanceRow): string {
  return (it.SecurityGroups ?? []).map((group) => group.GroupName).join(", ") || DASH;
}

/** `IP name: ip-10-0-0-5.ec2.internal`. */
function hostnameType({ PrivateDnsNameOptions, PrivateDnsName }: Instance): string {
  if (!PrivateDnsName) return DASH;
  const isByName = PrivateDnsNameOptions?.HostnameType === "resource-name";
  return `${isByName ? "Resource name" : "IP name"}: ${PrivateDnsName}`;
}

/** `IPv4 (A)`. */
function answered({ PrivateDnsNameOptions }: Instance): string {
  const { EnableResourceNameDnsARecord: a, EnableResourceNameDnsAAAARecord: aaaa } =
    PrivateDnsNameOptions ?? {};
  const kinds = [a && "IPv4 (A)", aaaa && "IPv6 (AAAA)"].filter(Boolean);
  return kinds.join(", ") || DASH;
}

function vpcTitle({ it, vpc }: InstanceRow): string {
  return it.VpcId ? titleOf(it.VpcId, nameIn(vpc?.Tags)) : DASH;
}

function vpcLink({ it, vpc }: InstanceRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={it.VpcId} name={nameIn(vpc?.Tags)} />;
}

function subnetTitle({ it, subnet }: InstanceRow): string {
  return it.SubnetId ? titleOf(it.SubnetId, nameIn(subnet?.Tags)) : DASH;
}

function subnetLink({ it, subnet }: InstanceRow, region: string) {
  return <ResourceLink region={region} noun="subnets" id={it.SubnetId} name={nameIn(subnet?.Tags)} />;
}
