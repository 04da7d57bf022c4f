import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { useRegion } from "../frame/places";
import { EditEndpointPage } from "./EditEndpointPage";
import { useEndpoint } from "./read";

/** Modify private DNS name: whether the service's own name means the endpoint within the VPC. */
export default function ModifyPrivateDnsName({ id }: { id: string }) {
  const endpoint = useEndpoint(useRegion(), id)?.endpoint;
  const [edited, setEdited] = useState<boolean>();
  const isEnabled = edited ?? endpoint?.PrivateDnsEnabled ?? false;
  return (
    <EditEndpointPage
      id={id}
      title="Modify private DNS name"
      button="Save changes"
      change={() =>
        isEnabled === endpoint?.PrivateDnsEnabled ? undefined : { PrivateDnsEnabled: isEnabled }
      }
      isDisabled={!endpoint}
    >
      <Container header={<Header variant="h2">Modify private DNS name settings</Header>}>
        <FormField
          label="Enable private DNS names"
          description="Within the VPC the service's own name leads to this endpoint. The VPC needs DNS hostnames and DNS resolution."
        >
          <Checkbox
            checked={isEnabled}
            disabled={!endpoint}
            onChange={({ detail }) => setEdited(detail.checked)}
          >
            Enable for this endpoint
          </Checkbox>
        </FormField>
      </Container>
    </EditEndpointPage>
  );
}
