import {
  AssociateRouteTableCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteTableAssociationCommand,
  type RouteTable,
  type Subnet,
} from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { DASH, nameIn, titleOf } from "../resources/names";
import { subnetTitle, useSubnets } from "../subnets/read";
import { associatedWith, isMain, routeTableOf, useRouteTables } from "./read";

/** Edit subnet associations: which subnets follow this table. */
export default function EditSubnetAssociations({ id }: { id: string }) {
  const region = useRegion();
  const tables = useRouteTables(region);
  const subnets = useSubnets(region);
  const table = tables.data?.find((it) => it.RouteTableId === id);
  const available = (subnets.data ?? []).filter((it) => it.VpcId === table?.VpcId);
  const before = table ? associatedWith(table) : [];
  const [edited, setEdited] = useState<string[]>();
  const chosen = edited ?? before;
  const selected = available.filter((it) => chosen.includes(it.SubnetId ?? ""));
  const title = titleOf(id, nameIn(table?.Tags));
  const back = href(region, ["route_tables", id], { tab: "subnets" });
  const submit = async () => {
    const all = tables.data ?? [];
    for (const subnet of before.filter((it) => !chosen.includes(it))) {
      await ec2(region).send(
        new DisassociateRouteTableCommand({ AssociationId: associationOf(subnet, all) }),
      );
    }
    for (const SubnetId of chosen.filter((it) => !before.includes(it))) {
      const AssociationId = associationOf(SubnetId, all);
      if (AssociationId) {
        await ec2(region).send(new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId: id }));
      } else {
        await ec2(region).send(new AssociateRouteTableCommand({ SubnetId, RouteTableId: id }));
      }
    }
    succeed(`You have successfully updated subnet associations for ${title}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Route tables", path: ["route_tables"] },
        { text: id, path: ["route_tables", id] },
      ]}
      title="Edit subnet associations"
      description="Change which subnets are associated with this route table."
      button="Save associations"
      cancel={back}
      submit={submit}
      isDisabled={!table || !subnets.data}
    >
      <Table
        variant="container"
        trackBy="SubnetId"
        items={available}
        loading={!subnets.data}
        loadingText="Loading subnets"
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => setEdited(detail.selectedItems.flatMap((it) => it.SubnetId ?? []))}
        ariaLabels={{
          tableLabel: "Available subnets",
          selectionGroupLabel: "Selection of subnets",
          allItemsSelectionLabel: () => "Select all subnets",
          itemSelectionLabel: (_, it) => `Select ${subnetTitle(it)}`,
        }}
        header={
          <Header variant="h2" counter={`(${selected.length}/${available.length})`}>
            Available subnets
          </Header>
        }
        empty="This VPC has no subnets"
        columnDefinitions={[
          { id: "name", header: "Name", cell: (it: Subnet) => nameIn(it.Tags) || DASH },
          { id: "id", header: "Subnet ID", cell: (it: Subnet) => it.SubnetId },
          { id: "ipv4", header: "IPv4 CIDR", cell: (it: Subnet) => it.CidrBlock ?? DASH },
          {
            id: "ipv6",
            header: "IPv6 CIDR",
            cell: (it: Subnet) => it.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? DASH,
          },
          { id: "table", header: "Route table ID", cell: (it: Subnet) => followed(it, tables.data ?? []) },
        ]}
      />
      <Container header={<Header variant="h2">Selected subnets</Header>}>
        <TokenGroup
          items={selected.map((it) => ({
            label: subnetTitle(it),
            dismissLabel: `Remove ${subnetTitle(it)}`,
          }))}
          onDismiss={({ detail }) =>
            setEdited(chosen.filter((it) => it !== selected[detail.itemIndex]?.SubnetId))
          }
        />
      </Container>
    </FormPage>
  );
}

function associationOf(subnet: string, tables: RouteTable[]): string | undefined {
  const all = tables.flatMap((it) => it.Associations ?? []);
  return all.find((it) => it.SubnetId === subnet)?.RouteTableAssociationId;
}

/** `Main (rtb-0abc / web)`, or the subnet's own. */
function followed(subnet: Subnet, tables: RouteTable[]): string {
  const table = routeTableOf(subnet, tables);
  if (!table) return DASH;
  const title = titleOf(table.RouteTableId ?? "", nameIn(table.Tags));
  const isOwn = associatedWith(table).includes(subnet.SubnetId ?? "");
  return isMain(table) && !isOwn ? `Main (${title})` : title;
}
