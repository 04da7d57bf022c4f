import { useState } from "react";
import { useRegion } from "../frame/places";
import { differences, EditEndpointPage } from "./EditEndpointPage";
import { RouteTablesChoice } from "./RouteTablesChoice";
import { useEndpoint } from "./read";

/** Manage route tables: which ones have a route to a gateway endpoint. */
export default function ManageRouteTables({ id }: { id: string }) {
  const endpoint = useEndpoint(useRegion(), id)?.endpoint;
  const [edited, setEdited] = useState<string[]>();
  const before = endpoint?.RouteTableIds ?? [];
  const chosen = edited ?? before;
  const change = () => {
    const found = differences(before, chosen);
    return found && { AddRouteTableIds: found.added, RemoveRouteTableIds: found.removed };
  };
  return (
    <EditEndpointPage
      id={id}
      title="Manage route tables"
      button="Modify route tables"
      tab="route-tables"
      change={change}
      isDisabled={!endpoint}
    >
      <RouteTablesChoice vpc={endpoint?.VpcId ?? ""} chosen={chosen} choose={setEdited} />
    </EditEndpointPage>
  );
}
