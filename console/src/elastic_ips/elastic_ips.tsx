import type { Address } from "@aws-sdk/client-ec2";
import Link from "@cloudscape-design/components/link";
import { readAddresses } from "../clients/describe";
import { href } from "../frame/route";
import { Copied, ResourceLink } from "../resources/cells";
import { DASH, nameIn } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { DisassociateAddressDialog } from "./DisassociateAddressDialog";
import { ReleaseAddressesDialog } from "./ReleaseAddressesDialog";

const ELASTIC_IPS: Noun<Address> = {
  path: "elastic_ips",
  one: "Elastic IP address",
  many: "Elastic IP addresses",
  title: "Elastic IP addresses",
  about: "An Elastic IP address is a public address that stays yours, whatever it is associated with.",
  id: (it) => it.AllocationId ?? "",
  heading: (it) => it.PublicIp ?? "",
  tags: (it) => it.Tags,
  hasName: true,
  list: readAddresses,
  create: { text: "Allocate Elastic IP address", path: "allocate" },
  columns: [
    {
      id: "address",
      width: 240,
      header: "Allocated IPv4 address",
      text: (it) => it.PublicIp ?? DASH,
      cell: (it, region) => (
        <Link href={href(region, ["elastic_ips", it.AllocationId ?? ""])}>{it.PublicIp}</Link>
      ),
    },
    { id: "type", header: "Type", text: () => "Public IP" },
    { id: "id", width: 240, header: "Allocation ID", text: (it) => it.AllocationId ?? DASH },
    { id: "reverse-dns", header: "Reverse DNS record", text: () => DASH },
    {
      id: "instance",
      width: 200,
      header: "Associated instance ID",
      text: (it) => it.InstanceId || DASH,
    },
    { id: "private", header: "Private IP address", text: (it) => it.PrivateIpAddress ?? DASH },
    { id: "association", width: 240, header: "Association ID", text: (it) => it.AssociationId ?? DASH },
    {
      id: "interface-owner",
      header: "Network interface owner account ID",
      text: (it) => it.NetworkInterfaceOwnerId ?? DASH,
    },
    { id: "border-group", header: "Network border group", text: (it) => it.NetworkBorderGroup ?? DASH },
  ],
  actions,
  details,
  tabs: (it) => [{ id: "tags", label: "Tags", content: <TagsTab tags={it.Tags} /> }],
};
export default ELASTIC_IPS;

function actions(selected: Address[], region: string): Action[] {
  const page = (it: Address, ...rest: string[]) => href(region, ["elastic_ips", ELASTIC_IPS.id(it), ...rest]);
  return [
    { id: "view", text: "View details", ...ofOne(selected, (it) => ({ href: page(it) })) },
    { id: "release", text: "Release Elastic IP addresses", ...release(selected, region) },
    {
      id: "associate",
      text: "Associate Elastic IP address",
      ...ofOne(selected, (it) => ({ href: page(it, "associate") })),
    },
    {
      id: "disassociate",
      text: "Disassociate Elastic IP address",
      ...ofOne(selected, (it) => {
        if (!it.AssociationId) return { disabledReason: "It is not associated." };
        return {
          dialog: (close) => <DisassociateAddressDialog region={region} address={it} close={close} />,
        };
      }),
    },
    { id: "reverse-dns", text: "Update reverse DNS", disabledReason: NOT_THERE_YET },
    { id: "enable-transfers", text: "Enable transfers", disabledReason: NOT_THERE_YET },
    { id: "disable-transfers", text: "Disable transfers", disabledReason: NOT_THERE_YET },
    { id: "accept-transfers", text: "Accept transfers", disabledReason: NOT_THERE_YET },
  ];
}

function release(selected: Address[], region: string): Omit<Action, "id" | "text"> {
  if (selected.length === 0) return { disabledReason: "Select one first." };
  return {
    dialog: (close) => <ReleaseAddressesDialog region={region} addresses={selected} close={close} />,
  };
}

function details(address: Address, region: string): Field[] {
  return [
    {
      label: "Allocated IPv4 address",
      value: <Copied text={address.PublicIp} label="Allocated IPv4 address" />,
    },
    { label: "Type", value: "Public IP" },
    { label: "Allocation ID", value: <Copied text={address.AllocationId} label="Allocation ID" /> },
    { label: "Reverse DNS record", value: DASH },
    { label: "Association ID", value: address.AssociationId ?? DASH },
    { label: "Scope", value: (address.Domain ?? "vpc").toUpperCase() },
    { label: "Associated instance ID", value: address.InstanceId || DASH },
    { label: "Private IP address", value: address.PrivateIpAddress ?? DASH },
    {
      label: "Network interface ID",
      value: <ResourceLink region={region} noun="network_interfaces" id={address.NetworkInterfaceId} />,
    },
    { label: "Network interface owner account ID", value: address.NetworkInterfaceOwnerId ?? DASH },
    { label: "Name", value: nameIn(address.Tags) || DASH },
    { label: "Address pool", value: address.PublicIpv4Pool === "amazon" ? "Amazon" : address.PublicIpv4Pool },
    { label: "Network border group", value: address.NetworkBorderGroup ?? DASH },
  ];
}
