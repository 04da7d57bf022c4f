import type { NetworkInterface } from "@aws-sdk/client-ec2";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { createFlowLog } from "../flow_logs/action";
import { flowLogsTab } from "../flow_logs/tab";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { SmallTable } from "../table/SmallTable";
import { DeleteNetworkInterfacesDialog } from "./DeleteNetworkInterfacesDialog";
import { DetachNetworkInterfaceDialog } from "./DetachNetworkInterfaceDialog";
import { isOfService, isPrimary, type NetworkInterfaceRow, readNetworkInterfaceRows } from "./read";

const NETWORK_INTERFACES: Noun<NetworkInterfaceRow> = {
  path: "network_interfaces",
  one: "Network interface",
  many: "network interfaces",
  title: "Network interfaces",
  about:
    "A network interface has addresses in a subnet, and security groups. Every instance has at least one.",
  id: ({ it }) => it.NetworkInterfaceId ?? "",
  tags: ({ it }) => it.TagSet,
  hasName: true,
  list: readNetworkInterfaceRows,
  columns: [
    { id: "subnet", width: 300, header: "Subnet ID", text: subnetTitle, cell: subnetLink },
    { id: "vpc", width: 300, header: "VPC ID", text: vpcTitle, cell: vpcLink },
    { id: "zone", header: "Availability Zone", text: ({ it }) => it.AvailabilityZone ?? DASH },
    { id: "group-names", width: 200, header: "Security group names", text: groupNames },
    { id: "groups", width: 240, header: "Security group IDs", text: groupIds, cell: groups },
    { id: "type", header: "Interface type", text: ({ it }) => typeOf(it) },
    { id: "description", width: 250, header: "Description", text: ({ it }) => it.Description || DASH },
    {
      id: "instance",
      width: 200,
      header: "Instance ID",
      text: ({ it }) => it.Attachment?.InstanceId ?? DASH,
    },
    {
      id: "status",
      header: "Status",
      text: ({ it }) => capitalised(it.Status),
      cell: ({ it }) => <State of={it.Status} />,
    },
    {
      id: "public-ipv4",
      header: "Public IPv4 address",
      text: ({ it }) => it.Association?.PublicIp ?? DASH,
    },
    {
      id: "private-ipv4",
      header: "Primary private IPv4 address",
      text: ({ it }) => it.PrivateIpAddress ?? DASH,
    },
    { id: "secondary", width: 240, header: "Secondary private IPv4 addresses", text: secondary },
    { id: "ipv6", width: 240, header: "IPv6 addresses", text: ipv6 },
    { id: "mac", header: "MAC address", text: ({ it }) => it.MacAddress ?? DASH, isHidden: true },
    {
      id: "check",
      header: "Source/dest. check",
      text: ({ it }) => yesNo(it.SourceDestCheck),
      isHidden: true,
    },
    { id: "owner", header: "Owner", text: ({ it }) => it.OwnerId ?? DASH, isHidden: true },
  ],
  actions,
  details,
  tabs,
};
export default NETWORK_INTERFACES;

function actions(selected: NetworkInterfaceRow[], region: string): Action[] {
  const later = (id: string, text: string): Action => ({ id, text, disabledReason: NOT_THERE_YET });
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (row) => ({
        href: href(region, ["network_interfaces", NETWORK_INTERFACES.id(row)]),
      })),
    },
    later("attach", "Attach"),
    {
      id: "detach",
      text: "Detach",
      ...ofOne(selected, ({ it }) => {
        if (!it.Attachment) return { disabledReason: "It is not attached." };
        if (isOfService(it)) return { disabledReason: "A service attached it, and detaches it." };
        if (isPrimary(it)) return { disabledReason: "An instance's first interface goes with the instance." };
        return { dialog: (close) => <DetachNetworkInterfaceDialog region={region} it={it} close={close} /> };
      }),
    },
    { id: "delete", text: "Delete", ...deletion(selected, region) },
    later("manage-addresses", "Manage IP addresses"),
    later("associate", "Associate address"),
    later("change-groups", "Change security groups"),
    later("change-check", "Change source/dest. check"),
    createFlowLog(region, "network_interfaces", selected.map(NETWORK_INTERFACES.id)),
    later("change-termination", "Change termination behavior"),
    later("change-description", "Change description"),
    later("manage-tags", "Manage tags"),
  ];
}

function deletion(selected: NetworkInterfaceRow[], region: string): Omit<Action, "id" | "text"> {
  const interfaces = selected.map(({ it }) => it);
  if (interfaces.length === 0) return { disabledReason: "Select one first." };
  if (interfaces.some((it) => it.Attachment)) return { disabledReason: "It is attached: detach it first." };
  return {
    dialog: (close) => (
      <DeleteNetworkInterfacesDialog region={region} interfaces={interfaces} close={close} />
    ),
  };
}

function details(row: NetworkInterfaceRow, region: string): Field[] {
  const { it } = row;
  return [
    {
      label: "Network interface ID",
      value: <Copied text={it.NetworkInterfaceId} label="Network interface ID" />,
    },
    { label: "Name", value: nameIn(it.TagSet) || DASH },
    { label: "Description", value: it.Description || DASH },
    { label: "Network interface status", value: <State of={it.Status} /> },
    { label: "Interface type", value: typeOf(it) },
    { label: "Security groups", value: groups(row, region) },
    { label: "VPC ID", value: vpcLink(row, region) },
    { label: "Subnet ID", value: subnetLink(row, region) },
    { label: "Availability Zone", value: it.AvailabilityZone ?? DASH },
    { label: "Owner", value: it.OwnerId ?? DASH },
    { label: "Requester ID", value: it.RequesterId ?? DASH },
    { label: "Requester-managed", value: yesNo(it.RequesterManaged) },
    { label: "Source/dest. check", value: yesNo(it.SourceDestCheck) },
    { label: "MAC address", value: it.MacAddress ?? DASH },
    {
      label: "Private IPv4 address",
      value: <Copied text={it.PrivateIpAddress} label="Private IPv4 address" />,
    },
    { label: "Private IPv4 DNS", value: it.PrivateDnsName || DASH },
    { label: "Secondary private IPv4 addresses", value: secondary(row) },
    {
      label: "Public IPv4 address",
      value: <Copied text={it.Association?.PublicIp} label="Public IPv4 address" />,
    },
    { label: "Public IPv4 DNS", value: it.Association?.PublicDnsName || DASH },
    { label: "IPv6 addresses", value: ipv6(row) },
    { label: "Elastic IP address owner", value: it.Association?.IpOwnerId ?? DASH },
    { label: "Association ID", value: it.Association?.AssociationId ?? DASH },
    { label: "Instance ID", value: it.Attachment?.InstanceId ?? DASH },
    { label: "Attachment ID", value: it.Attachment?.AttachmentId ?? DASH },
    { label: "Attachment status", value: <State of={it.Attachment?.Status} /> },
    { label: "Device index", value: String(it.Attachment?.DeviceIndex ?? DASH) },
    {
      label: "Delete on termination",
      value: it.Attachment ? yesNo(it.Attachment.DeleteOnTermination) : DASH,
    },
  ];
}

function tabs({ it }: NetworkInterfaceRow, region: string): Tab[] {
  return [
    {
      id: "addresses",
      label: "IP addresses",
      content: (
        <SmallTable
          title="Private IPv4 addresses"
          items={it.PrivateIpAddresses ?? []}
          empty="No private IPv4 addresses"
          columns={[
            { header: "Private IPv4 address", cell: (address) => address.PrivateIpAddress },
            { header: "Private IPv4 DNS", cell: (address) => address.PrivateDnsName || DASH },
            { header: "Primary", cell: (address) => yesNo(address.Primary) },
            { header: "Public IPv4 address", cell: (address) => address.Association?.PublicIp ?? DASH },
            { header: "Allocation ID", cell: (address) => address.Association?.AllocationId ?? DASH },
          ]}
        />
      ),
    },
    flowLogsTab(region, it.NetworkInterfaceId ?? ""),
    { id: "tags", label: "Tags", content: <TagsTab tags={it.TagSet} /> },
  ];
}

function groupNames({ it }: NetworkInterfaceRow): string {
  return (it.Groups ?? []).map((group) => group.GroupName).join(", ") || DASH;
}

function groupIds({ it }: NetworkInterfaceRow): string {
  return (it.Groups ?? []).map((group) => group.GroupId).join(", ") || DASH;
}

function groups({ it: { Groups = [] } }: NetworkInterfaceRow, region: string) {
  if (Groups.length === 0) return DASH;
  return (
    <SpaceBetween size="xxs">
      {Groups.map(({ GroupId, GroupName }) => (
        <ResourceLink key={GroupId} region={region} noun="security_groups" id={GroupId} name={GroupName} />
      ))}
    </SpaceBetween>
  );
}

/** `Elastic network interface`, as the console calls an ordinary one. */
function typeOf({ InterfaceType }: NetworkInterface): string {
  return InterfaceType === "interface"
    ? "Elastic network interface"
    : capitalised(InterfaceType).replaceAll("_", " ");
}

function secondary({ it }: NetworkInterfaceRow): string {
  const others = (it.PrivateIpAddresses ?? []).filter((address) => !address.Primary);
  return others.map((address) => address.PrivateIpAddress).join(", ") || DASH;
}

function ipv6({ it }: NetworkInterfaceRow): string {
  return (it.Ipv6Addresses ?? []).map((address) => address.Ipv6Address).join(", ") || DASH;
}

function subnetTitle({ it, subnet }: NetworkInterfaceRow): string {
  return titleOf(it.SubnetId ?? "", nameIn(subnet?.Tags));
}

function subnetLink({ it, subnet }: NetworkInterfaceRow, region: string) {
  return <ResourceLink region={region} noun="subnets" id={it.SubnetId} name={nameIn(subnet?.Tags)} />;
}

function vpcTitle({ it, vpc }: NetworkInterfaceRow): string {
  return titleOf(it.VpcId ?? "", nameIn(vpc?.Tags));
}

function vpcLink({ it, vpc }: NetworkInterfaceRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={it.VpcId} name={nameIn(vpc?.Tags)} />;
}
