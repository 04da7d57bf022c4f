import SpaceBetween from "@cloudscape-design/components/space-between";
import { Copied, ResourceLink, State } from "../resources/cells";
import { Details } from "../resources/Details";
import { DASH, nameIn } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { type InstanceRow, ipv6Addresses, secondaryAddresses } from "./read";

/** The tab Networking: the addresses, and the network interfaces that have them. */
export function NetworkingTab({ region, row }: { region: string; row: InstanceRow }) {
  const { it, vpc, subnet } = row;
  return (
    <SpaceBetween size="l">
      <Details
        fields={[
          {
            label: "Public IPv4 address",
            value: <Copied text={it.PublicIpAddress} label="Public IPv4 address" />,
          },
          { label: "Public IPv4 DNS", value: it.PublicDnsName || DASH },
          {
            label: "Private IPv4 addresses",
            value: <Copied text={it.PrivateIpAddress} label="Private IPv4 addresses" />,
          },
          { label: "Private IP DNS name (IPv4 only)", value: it.PrivateDnsName || DASH },
          { label: "Secondary private IPv4 addresses", value: secondaryAddresses(it).join(", ") || DASH },
          { label: "IPv6 addresses", value: ipv6Addresses(it).join(", ") || DASH },
          {
            label: "VPC ID",
            value: <ResourceLink region={region} noun="vpcs" id={it.VpcId} name={nameIn(vpc?.Tags)} />,
          },
          {
            label: "Subnet ID",
            value: (
              <ResourceLink region={region} noun="subnets" id={it.SubnetId} name={nameIn(subnet?.Tags)} />
            ),
          },
          { label: "Availability Zone", value: it.Placement?.AvailabilityZone ?? DASH },
        ]}
      />
      <SmallTable
        title="Network interfaces"
        items={it.NetworkInterfaces ?? []}
        empty="No network interfaces"
        columns={[
          {
            header: "Interface ID",
            cell: (one) => (
              <ResourceLink region={region} noun="network_interfaces" id={one.NetworkInterfaceId} />
            ),
          },
          { header: "Device index", cell: (one) => one.Attachment?.DeviceIndex ?? DASH },
          { header: "Card index", cell: (one) => one.Attachment?.NetworkCardIndex ?? DASH },
          { header: "Description", cell: (one) => one.Description || DASH },
          { header: "Public IPv4 address", cell: (one) => one.Association?.PublicIp ?? DASH },
          { header: "Private IPv4 address", cell: (one) => one.PrivateIpAddress ?? DASH },
          { header: "Private IPv4 DNS", cell: (one) => one.PrivateDnsName || DASH },
          {
            header: "IPv6 addresses",
            cell: (one) => (one.Ipv6Addresses ?? []).map((its) => its.Ipv6Address).join(", ") || DASH,
          },
          { header: "Attachment status", cell: (one) => <State of={one.Attachment?.Status} /> },
          {
            header: "Security groups",
            cell: (one) => (one.Groups ?? []).map((group) => group.GroupName).join(", ") || DASH,
          },
          { header: "Source/dest. check", cell: (one) => (one.SourceDestCheck ? "Enabled" : "Disabled") },
        ]}
      />
    </SpaceBetween>
  );
}
