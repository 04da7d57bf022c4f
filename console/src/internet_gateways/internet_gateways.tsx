import type { InternetGateway } from "@aws-sdk/client-ec2";
import { readInternetGateways } from "../clients/describe";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { vpcOf } from "./attachment";
import { DeleteInternetGatewayDialog } from "./DeleteInternetGatewayDialog";
import { DetachInternetGatewayDialog } from "./DetachInternetGatewayDialog";

const INTERNET_GATEWAYS: Noun<InternetGateway> = {
  path: "internet_gateways",
  one: "Internet gateway",
  many: "internet gateways",
  title: "Internet gateways",
  about: "An internet gateway connects a VPC with the internet.",
  id: (it) => it.InternetGatewayId ?? "",
  tags: (it) => it.Tags,
  hasName: true,
  list: readInternetGateways,
  create: { text: "Create internet gateway", path: "create" },
  columns: [
    {
      id: "state",
      header: "State",
      text: (it) => capitalised(stateOf(it)),
      cell: (it) => <State of={stateOf(it)} />,
    },
    { id: "vpc", width: 300, header: "VPC ID", text: (it) => vpcOf(it) ?? DASH, cell: vpcLink },
    { id: "owner", header: "Owner", text: (it) => it.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs: (it) => [{ id: "tags", label: "Tags", content: <TagsTab tags={it.Tags} /> }],
};
export default INTERNET_GATEWAYS;

function actions(selected: InternetGateway[], region: string): Action[] {
  const page = (it: InternetGateway, ...rest: string[]) =>
    href(region, ["internet_gateways", INTERNET_GATEWAYS.id(it), ...rest]);
  return [
    { id: "view", text: "View details", ...ofOne(selected, (it) => ({ href: page(it) })) },
    {
      id: "attach",
      text: "Attach to VPC",
      ...ofOne(selected, (it) =>
        vpcOf(it) ? { disabledReason: "It is attached." } : { href: page(it, "attach") },
      ),
    },
    {
      id: "detach",
      text: "Detach from VPC",
      ...ofOne(selected, (it) => {
        if (!vpcOf(it)) return { disabledReason: "It is not attached." };
        return {
          dialog: (close) => <DetachInternetGatewayDialog region={region} gateway={it} close={close} />,
        };
      }),
    },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete internet gateway",
      ...ofOne(selected, (it) => {
        if (vpcOf(it)) return { disabledReason: "Detach it first." };
        return {
          dialog: (close) => <DeleteInternetGatewayDialog region={region} gateway={it} close={close} />,
        };
      }),
    },
  ];
}

function details(gateway: InternetGateway, region: string): Field[] {
  return [
    {
      label: "Internet gateway ID",
      value: <Copied text={gateway.InternetGatewayId} label="Internet gateway ID" />,
    },
    { label: "State", value: <State of={stateOf(gateway)} /> },
    { label: "VPC ID", value: vpcLink(gateway, region) },
    { label: "Owner", value: gateway.OwnerId ?? DASH },
  ];
}

function stateOf(gateway: InternetGateway): string {
  return vpcOf(gateway) ? "attached" : "detached";
}

function vpcLink(gateway: InternetGateway, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={vpcOf(gateway)} />;
}
