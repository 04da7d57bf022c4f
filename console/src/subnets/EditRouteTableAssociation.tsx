import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { associate } from "../route_tables/associate";
import { isMain, routeTableOf, routeTableTitle, useRouteTables } from "../route_tables/read";
import { destinationOf, targetOf } from "../route_tables/routes";
import { SmallTable } from "../table/SmallTable";
import { useSubnets } from "./read";

/** Edit route table association: the main table is what a subnet without one of its own follows. */
export default function EditRouteTableAssociation({ id }: { id: string }) {
  const region = useRegion();
  const subnet = useSubnets(region).data?.find((it) => it.SubnetId === id);
  const tables = useRouteTables(region);
  const [chosen, setChosen] = useState<string>();
  const own = (tables.data ?? []).filter((it) => it.VpcId === subnet?.VpcId);
  const now = subnet && routeTableOf(subnet, own);
  const table = own.find((it) => it.RouteTableId === (chosen ?? now?.RouteTableId));
  const back = href(region, ["subnets", id], { tab: "route-table" });
  const submit = async () => {
    if (table && table !== now) {
      await associate(region, own, id, isMain(table) ? undefined : table.RouteTableId);
    }
    succeed(`You have successfully updated the route table association of ${id}.`);
    go(back);
  };
  const label = (it: (typeof own)[number]) => `${isMain(it) ? "Main: " : ""}${routeTableTitle(it)}`;
  return (
    <FormPage
      above={[
        { text: "Subnets", path: ["subnets"] },
        { text: id, path: ["subnets", id] },
      ]}
      title="Edit route table association"
      button="Save"
      cancel={back}
      submit={submit}
      isDisabled={!table}
    >
      <Container header={<Header variant="h2">Subnet route table settings</Header>}>
        <SpaceBetween size="l">
          <KeyValuePairs items={[{ label: "Subnet ID", value: id }]} />
          <FormField label="Route table ID">
            <Select
              selectedOption={table ? { value: table.RouteTableId ?? "", label: label(table) } : null}
              placeholder="Select a route table"
              options={own.map((it) => ({ value: it.RouteTableId ?? "", label: label(it) }))}
              onChange={({ detail }) => setChosen(detail.selectedOption.value)}
            />
          </FormField>
          <SmallTable
            title="Routes"
            items={table?.Routes ?? []}
            empty="No routes"
            columns={[
              { header: "Destination", cell: destinationOf },
              { header: "Target", cell: targetOf },
            ]}
          />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
