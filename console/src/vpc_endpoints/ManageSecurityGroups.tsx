import { useState } from "react";
import { useRegion } from "../frame/places";
import { differences, EditEndpointPage } from "./EditEndpointPage";
import { useEndpoint } from "./read";
import { SecurityGroupsChoice } from "./SecurityGroupsChoice";

/** Manage security groups: who reaches an interface endpoint. */
export default function ManageSecurityGroups({ id }: { id: string }) {
  const endpoint = useEndpoint(useRegion(), id)?.endpoint;
  const [edited, setEdited] = useState<string[]>();
  const before = (endpoint?.Groups ?? []).flatMap((it) => it.GroupId ?? []);
  const chosen = edited ?? before;
  const change = () => {
    const found = differences(before, chosen);
    return found && { AddSecurityGroupIds: found.added, RemoveSecurityGroupIds: found.removed };
  };
  return (
    <EditEndpointPage
      id={id}
      title="Manage security groups"
      button="Modify security groups"
      tab="groups"
      change={change}
      isDisabled={!endpoint}
    >
      <SecurityGroupsChoice vpc={endpoint?.VpcId ?? ""} chosen={chosen} choose={setEdited} />
    </EditEndpointPage>
  );
}
