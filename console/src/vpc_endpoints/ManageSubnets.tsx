import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useRegion } from "../frame/places";
import { differences, EditEndpointPage } from "./EditEndpointPage";
import { useEndpoint } from "./read";
import { SubnetsChoice } from "./SubnetsChoice";

/** Manage subnets: where an interface endpoint has network interfaces. */
export default function ManageSubnets({ id }: { id: string }) {
  const endpoint = useEndpoint(useRegion(), id)?.endpoint;
  const [edited, setEdited] = useState<string[]>();
  const before = endpoint?.SubnetIds ?? [];
  const chosen = edited ?? before;
  const change = () => {
    const found = differences(before, chosen);
    return found && { AddSubnetIds: found.added, RemoveSubnetIds: found.removed };
  };
  return (
    <EditEndpointPage
      id={id}
      title="Manage subnets"
      button="Modify subnets"
      tab="subnets"
      change={change}
      isDisabled={!endpoint}
    >
      <Container header={<Header variant="h2">Subnets</Header>}>
        <SubnetsChoice vpc={endpoint?.VpcId ?? ""} chosen={chosen} choose={setEdited} />
      </Container>
    </EditEndpointPage>
  );
}
