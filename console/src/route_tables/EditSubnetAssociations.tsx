import type { RouteTable, Subnet } from "@aws-sdk/client-ec2";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { DASH, nameIn, titleOf } from "../resources/names";
import { ipv6Block, useSubnets } from "../subnets/read";
import { SubnetAssociations } from "../subnets/SubnetAssociations";
import { associate } from "./associate";
import { associatedWith, isMain, routeTableOf, routeTableTitle, useRouteTables } from "./read";

/** Edit subnet associations: which subnets follow this table. */
export default function EditSubnetAssociations({ id }: { id: string }) {
  const region = useRegion();
  const tables = useRouteTables(region);
  const subnets = useSubnets(region);
  const table = tables.data?.find((it) => it.RouteTableId === id);
  const before = table ? associatedWith(table) : [];
  const [edited, setEdited] = useState<string[]>();
  const chosen = edited ?? before;
  const title = titleOf(id, nameIn(table?.Tags));
  const back = href(region, ["route_tables", id], { tab: "subnets" });
  const submit = async () => {
    const all = tables.data ?? [];
    const removed = before.filter((it) => !chosen.includes(it));
    const added = chosen.filter((it) => !before.includes(it));
    for (const subnet of removed) await associate(region, all, subnet, undefined);
    for (const subnet of added) await associate(region, all, subnet, id);
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
      <SubnetAssociations
        reading={subnets}
        vpc={table?.VpcId}
        chosen={chosen}
        choose={setEdited}
        columns={[
          { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
          { header: "Subnet ID", cell: (it) => it.SubnetId },
          { header: "IPv4 CIDR", cell: (it) => it.CidrBlock ?? DASH },
          { header: "IPv6 CIDR", cell: ipv6Block },
          { header: "Route table ID", cell: (it) => followed(it, tables.data ?? []) },
        ]}
      />
    </FormPage>
  );
}

/** `Main (rtb-0abc / web)`, or the subnet's own. */
function followed(subnet: Subnet, tables: RouteTable[]): string {
  const table = routeTableOf(subnet, tables);
  if (!table) return DASH;
  const title = routeTableTitle(table);
  const isOwn = associatedWith(table).includes(subnet.SubnetId ?? "");
  return isMain(table) && !isOwn ? `Main (${title})` : title;
}
