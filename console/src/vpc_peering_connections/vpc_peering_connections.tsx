import type { VpcPeeringConnectionVpcInfo } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { AnswerRequestDialog } from "./AnswerRequestDialog";
import { DeletePeeringDialog } from "./DeletePeeringDialog";
import { RouteTablesTab } from "./RouteTablesTab";
import { blocksOf, endTitle, type PeeringRow, readPeeringRows } from "./read";

const PATH = "vpc_peering_connections";

const VPC_PEERING_CONNECTIONS: Noun<PeeringRow> = {
  path: PATH,
  one: "Peering connection",
  many: "peering connections",
  title: "Peering connections",
  about: "A peering connection lets two VPCs exchange packets by their private addresses.",
  id: ({ connection }) => connection.VpcPeeringConnectionId ?? "",
  tags: ({ connection }) => connection.Tags,
  hasName: true,
  list: readPeeringRows,
  create: { text: "Create peering connection", path: "create" },
  columns: [
    {
      id: "status",
      header: "Status",
      text: ({ connection }) => capitalised(connection.Status?.Code),
      cell: ({ connection }) => <State of={connection.Status?.Code} />,
    },
    { id: "requester", width: 300, header: "Requester VPC", text: requesterTitle, cell: requesterLink },
    { id: "accepter", width: 300, header: "Accepter VPC", text: accepterTitle, cell: accepterLink },
    {
      id: "requester-cidrs",
      header: "Requester CIDRs",
      text: ({ connection, requester }) => blocksOf(connection.RequesterVpcInfo, requester),
    },
    {
      id: "accepter-cidrs",
      header: "Accepter CIDRs",
      text: ({ connection, accepter }) => blocksOf(connection.AccepterVpcInfo, accepter),
    },
    {
      id: "requester-owner",
      header: "Requester owner ID",
      text: ({ connection }) => connection.RequesterVpcInfo?.OwnerId ?? DASH,
    },
    {
      id: "accepter-owner",
      header: "Accepter owner ID",
      text: ({ connection }) => connection.AccepterVpcInfo?.OwnerId ?? DASH,
    },
    {
      id: "requester-region",
      header: "Requester Region",
      text: ({ connection }) => connection.RequesterVpcInfo?.Region ?? DASH,
    },
    {
      id: "accepter-region",
      header: "Accepter Region",
      text: ({ connection }) => connection.AccepterVpcInfo?.Region ?? DASH,
    },
  ],
  actions,
  notice,
  details,
  tabs,
};
export default VPC_PEERING_CONNECTIONS;

function actions(selected: PeeringRow[], region: string): Action[] {
  const answer = (kind: "accept" | "reject") =>
    ofOne(selected, (row) => {
      const problem = whyNoAnswer(row, region);
      if (problem) return { disabledReason: problem };
      return {
        dialog: (close) => <AnswerRequestDialog region={region} row={row} answer={kind} close={close} />,
      };
    });
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, [PATH, VPC_PEERING_CONNECTIONS.id(it)]) })),
    },
    { id: "accept", text: "Accept request", ...answer("accept") },
    { id: "reject", text: "Reject request", ...answer("reject") },
    {
      id: "edit-dns",
      text: "Edit DNS settings",
      ...ofOne(selected, (it) =>
        it.connection.Status?.Code === "active"
          ? { href: href(region, [PATH, VPC_PEERING_CONNECTIONS.id(it), "edit_dns_settings"]) }
          : { disabledReason: "Only an active peering connection has DNS settings." },
      ),
    },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete peering connection",
      ...ofOne(selected, ({ connection }) => {
        const code = connection.Status?.Code ?? "";
        if (["deleted", "deleting", "rejected", "failed", "expired"].includes(code)) {
          return { disabledReason: `It is ${code}.` };
        }
        return {
          dialog: (close) => <DeletePeeringDialog region={region} connection={connection} close={close} />,
        };
      }),
    },
  ];
}

/** Why a request cannot be accepted or rejected from here. */
function whyNoAnswer({ connection }: PeeringRow, region: string): string | undefined {
  if (connection.Status?.Code !== "pending-acceptance") return "Nothing waits to be accepted.";
  const accepter = connection.AccepterVpcInfo?.Region ?? region;
  return accepter === region ? undefined : `It is answered in the accepter's Region, ${accepter}.`;
}

function notice({ connection }: PeeringRow) {
  if (connection.Status?.Code !== "pending-acceptance") return null;
  return (
    <Alert type="info" header="Pending acceptance">
      You can accept or reject this peering connection request by the Actions menu. You have until{" "}
      {timeOf(connection.ExpirationTime)} to do so, otherwise it expires.
    </Alert>
  );
}

function details(row: PeeringRow, region: string): Field[] {
  const { connection } = row;
  const { RequesterVpcInfo: requester, AccepterVpcInfo: accepter } = connection;
  const id = connection.VpcPeeringConnectionId;
  return [
    { label: "Peering connection ID", value: <Copied text={id} label="Peering connection ID" /> },
    { label: "Status", value: <State of={connection.Status?.Code} /> },
    { label: "Status message", value: connection.Status?.Message ?? DASH },
    { label: "Expiration time", value: timeOf(connection.ExpirationTime) },
    { label: "Requester VPC", value: requesterLink(row, region) },
    { label: "Requester CIDRs", value: blocksOf(requester, row.requester) },
    { label: "Requester Region", value: requester?.Region ?? DASH },
    { label: "Requester owner ID", value: requester?.OwnerId ?? DASH },
    { label: "Accepter VPC", value: accepterLink(row, region) },
    { label: "Accepter CIDRs", value: blocksOf(accepter, row.accepter) },
    { label: "Accepter Region", value: accepter?.Region ?? DASH },
    { label: "Accepter owner ID", value: accepter?.OwnerId ?? DASH },
  ];
}

function tabs(row: PeeringRow, region: string): Tab[] {
  const { connection } = row;
  const id = connection.VpcPeeringConnectionId ?? "";
  return [
    { id: "dns", label: "DNS", content: <DnsTab row={row} region={region} /> },
    { id: "route-tables", label: "Route tables", content: <RouteTablesTab region={region} peering={id} /> },
    { id: "tags", label: "Tags", content: <TagsTab tags={connection.Tags} /> },
  ];
}

function DnsTab({ row: { connection }, region }: { row: PeeringRow; region: string }) {
  const {
    RequesterVpcInfo: requester,
    AccepterVpcInfo: accepter,
    Status,
    VpcPeeringConnectionId,
  } = connection;
  const setting = (end: VpcPeeringConnectionVpcInfo | undefined) =>
    end?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc ? "Enabled" : "Disabled";
  const edit = href(region, [PATH, VpcPeeringConnectionId ?? "", "edit_dns_settings"]);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h3"
        actions={
          Status?.Code === "active" ? (
            <Button href={edit}>Edit DNS settings</Button>
          ) : (
            <Button disabled disabledReason="Only an active peering connection has DNS settings.">
              Edit DNS settings
            </Button>
          )
        }
      >
        DNS settings
      </Header>
      <KeyValuePairs
        columns={2}
        items={[
          {
            label: `Allow accepter VPC (${accepter?.VpcId}) to resolve DNS of requester VPC (${requester?.VpcId}) hosts to private IP addresses`,
            value: setting(requester),
          },
          {
            label: `Allow requester VPC (${requester?.VpcId}) to resolve DNS of accepter VPC (${accepter?.VpcId}) hosts to private IP addresses`,
            value: setting(accepter),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function requesterTitle({ connection, requester }: PeeringRow): string {
  return endTitle(connection.RequesterVpcInfo, requester);
}

function accepterTitle({ connection, accepter }: PeeringRow): string {
  return endTitle(connection.AccepterVpcInfo, accepter);
}

function requesterLink(
  { connection: { RequesterVpcInfo: end }, requester: vpc }: PeeringRow,
  region: string,
) {
  return <ResourceLink region={end?.Region ?? region} noun="vpcs" id={end?.VpcId} name={nameIn(vpc?.Tags)} />;
}

function accepterLink({ connection: { AccepterVpcInfo: end }, accepter: vpc }: PeeringRow, region: string) {
  return <ResourceLink region={end?.Region ?? region} noun="vpcs" id={end?.VpcId} name={nameIn(vpc?.Tags)} />;
}
