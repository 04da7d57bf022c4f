import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { problemOf, readable } from "../forms/json";
import { useProblems } from "../forms/problems";
import { useRegion } from "../frame/places";
import { EditEndpointPage } from "./EditEndpointPage";
import { PolicyField } from "./PolicyField";
import { FULL_ACCESS } from "./policy";
import { useEndpoint } from "./read";

/** Edit policy: what may be asked for through an endpoint. */
export default function EditPolicy({ id }: { id: string }) {
  const endpoint = useEndpoint(useRegion(), id)?.endpoint;
  const [isCustom, setCustom] = useState(true);
  const [edited, setEdited] = useState<string>();
  const { problems, show, place } = useProblems(({ code }) =>
    isCustom && code.includes("Policy") ? "policy" : undefined,
  );
  const document = edited ?? (endpoint?.PolicyDocument ? readable(endpoint.PolicyDocument) : FULL_ACCESS);
  const check = () => show({ policy: isCustom ? problemOf(document) : undefined });
  return (
    <EditEndpointPage
      id={id}
      title="Edit policy"
      button="Save"
      tab="policy"
      change={() => (isCustom ? { PolicyDocument: document } : { ResetPolicy: true })}
      check={check}
      place={place}
      isDisabled={!endpoint}
    >
      <Container
        header={
          <Header
            variant="h2"
            description="A policy says what may be asked of the service through this endpoint."
          >
            Policy
          </Header>
        }
      >
        <PolicyField
          isCustom={isCustom}
          setCustom={setCustom}
          document={document}
          change={setEdited}
          problem={problems.policy}
        />
      </Container>
    </EditEndpointPage>
  );
}
