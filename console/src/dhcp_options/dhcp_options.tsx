import { href } from "../frame/route";
import { Copied, ResourceLink } from "../resources/cells";
import { DASH, nameIn } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { SmallTable } from "../table/SmallTable";
import { vpcTitle } from "../vpcs/read";
import { DeleteDhcpOptionsDialog } from "./DeleteDhcpOptionsDialog";
import { type DhcpOptionsRow, readDhcpOptionsRows, sentenceOf } from "./read";

const DHCP_OPTIONS: Noun<DhcpOptionsRow> = {
  path: "dhcp_options",
  one: "DHCP option set",
  many: "DHCP option sets",
  title: "DHCP option sets",
  about: "A DHCP option set says which DNS and time servers the instances of a VPC are told about.",
  id: ({ options }) => options.DhcpOptionsId ?? "",
  tags: ({ options }) => options.Tags,
  hasName: true,
  list: readDhcpOptionsRows,
  create: { text: "Create DHCP option set", path: "create" },
  columns: [
    { id: "options", width: 500, header: "Options", text: ({ options }) => sentenceOf(options) },
    { id: "vpcs", width: 300, header: "VPCs", text: ({ vpcs }) => vpcs.map(vpcTitle).join(", ") || DASH },
    { id: "owner", header: "Owner ID", text: ({ options }) => options.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default DHCP_OPTIONS;

function actions(selected: DhcpOptionsRow[], region: string): Action[] {
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, ["dhcp_options", DHCP_OPTIONS.id(it)]) })),
    },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete DHCP option set",
      ...ofOne(selected, ({ options, vpcs }) =>
        vpcs.length > 0
          ? { disabledReason: "A VPC has it: give that another one by Edit VPC settings first." }
          : {
              dialog: (close) => <DeleteDhcpOptionsDialog region={region} options={options} close={close} />,
            },
      ),
    },
  ];
}

function details({ options }: DhcpOptionsRow): Field[] {
  const value = (key: string) => {
    const found = options.DhcpConfigurations?.find((it) => it.Key === key);
    return found?.Values?.map((it) => it.Value).join(", ") || DASH;
  };
  return [
    {
      label: "DHCP option set ID",
      value: <Copied text={options.DhcpOptionsId} label="DHCP option set ID" />,
    },
    { label: "Domain name", value: value("domain-name") },
    { label: "Domain name servers", value: value("domain-name-servers") },
    { label: "NTP servers", value: value("ntp-servers") },
    { label: "NetBIOS name servers", value: value("netbios-name-servers") },
    { label: "NetBIOS node type", value: value("netbios-node-type") },
    { label: "IPv6 preferred lease time", value: value("ipv6-address-preferred-lease-time") },
    { label: "Owner ID", value: options.OwnerId ?? DASH },
  ];
}

function tabs({ options, vpcs }: DhcpOptionsRow, region: string): Tab[] {
  const users = (
    <SmallTable
      title="VPCs"
      items={vpcs}
      empty="No VPC has it"
      columns={[
        { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
        { header: "VPC ID", cell: (it) => <ResourceLink region={region} noun="vpcs" id={it.VpcId} /> },
        { header: "IPv4 CIDR", cell: (it) => it.CidrBlock },
      ]}
    />
  );
  return [
    { id: "vpcs", label: "VPCs", content: users },
    { id: "tags", label: "Tags", content: <TagsTab tags={options.Tags} /> },
  ];
}
