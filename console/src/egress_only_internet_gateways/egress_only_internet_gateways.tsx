import type { EgressOnlyInternetGateway, Vpc } from "@aws-sdk/client-ec2";
import { readEgressOnlyInternetGateways, readVpcs } from "../clients/describe";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { DeleteEgressOnlyInternetGatewayDialog } from "./DeleteEgressOnlyInternetGatewayDialog";

interface Row {
  gateway: EgressOnlyInternetGateway;
  vpc: Vpc | undefined;
}

const EGRESS_ONLY_INTERNET_GATEWAYS: Noun<Row> = {
  path: "egress_only_internet_gateways",
  one: "Egress-only internet gateway",
  many: "egress-only internet gateways",
  title: "Egress-only internet gateways",
  about:
    "By an egress-only internet gateway a VPC reaches the internet over IPv6, and nobody reaches it from there.",
  id: ({ gateway }) => gateway.EgressOnlyInternetGatewayId ?? "",
  tags: ({ gateway }) => gateway.Tags,
  hasName: true,
  list: readRows,
  create: { text: "Create egress only internet gateway", path: "create" },
  columns: [
    {
      id: "state",
      header: "State",
      text: (it) => capitalised(stateOf(it)),
      cell: (it) => <State of={stateOf(it)} />,
    },
    { id: "vpc", width: 300, header: "VPC ID", text: vpcTitle, cell: vpcLink },
  ],
  actions,
  details,
  tabs: ({ gateway }) => [{ id: "tags", label: "Tags", content: <TagsTab tags={gateway.Tags} /> }],
};
export default EGRESS_ONLY_INTERNET_GATEWAYS;

async function readRows(region: string): Promise<Row[]> {
  const [gateways, vpcs] = await Promise.all([readEgressOnlyInternetGateways(region), readVpcs(region)]);
  return gateways.map((gateway) => ({ gateway, vpc: vpcs.find((it) => it.VpcId === vpcOf(gateway)) }));
}

function actions(selected: Row[], region: string): Action[] {
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, ({ gateway }) => ({
        href: href(region, ["egress_only_internet_gateways", gateway.EgressOnlyInternetGatewayId ?? ""]),
      })),
    },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete egress only internet gateway",
      ...ofOne(selected, ({ gateway }) => ({
        dialog: (close) => (
          <DeleteEgressOnlyInternetGatewayDialog region={region} gateway={gateway} close={close} />
        ),
      })),
    },
  ];
}

function details(row: Row, region: string): Field[] {
  const id = row.gateway.EgressOnlyInternetGatewayId;
  return [
    {
      label: "Egress-only internet gateway ID",
      value: <Copied text={id} label="Egress-only internet gateway ID" />,
    },
    { label: "State", value: <State of={stateOf(row)} /> },
    { label: "VPC ID", value: vpcLink(row, region) },
  ];
}

function vpcOf(gateway: EgressOnlyInternetGateway): string | undefined {
  return gateway.Attachments?.[0]?.VpcId;
}

function stateOf({ gateway }: Row): string {
  return gateway.Attachments?.[0]?.State ?? "detached";
}

function vpcTitle({ gateway, vpc }: Row): string {
  return titleOf(vpcOf(gateway) ?? DASH, nameIn(vpc?.Tags));
}

function vpcLink({ gateway, vpc }: Row, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={vpcOf(gateway)} name={nameIn(vpc?.Tags)} />;
}
