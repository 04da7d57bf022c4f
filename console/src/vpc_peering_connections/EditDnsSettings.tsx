import { ModifyVpcPeeringConnectionOptionsCommand } from "@aws-sdk/client-ec2";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { peeringTitle, usePeering } from "./read";

const PATH = "vpc_peering_connections";

/** Edit DNS settings: each end says whether the other sees its hosts' private addresses. */
export default function EditDnsSettings({ id }: { id: string }) {
  const region = useRegion();
  const connection = usePeering(region, id)?.connection;
  const [edited, setEdited] = useState<{ requester?: boolean; accepter?: boolean }>({});
  const ends = { requester: connection?.RequesterVpcInfo, accepter: connection?.AccepterVpcInfo };
  const now = (end: "requester" | "accepter") =>
    ends[end]?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc ?? false;
  const wanted = (end: "requester" | "accepter") => edited[end] ?? now(end);
  const back = href(region, [PATH, id]);
  const submit = async () => {
    const option = (end: "requester" | "accepter") =>
      wanted(end) === now(end) ? undefined : { AllowDnsResolutionFromRemoteVpc: wanted(end) };
    const requester = option("requester");
    const accepter = option("accepter");
    if (requester || accepter) {
      await ec2(region).send(
        new ModifyVpcPeeringConnectionOptionsCommand({
          VpcPeeringConnectionId: id,
          RequesterPeeringConnectionOptions: requester,
          AccepterPeeringConnectionOptions: accepter,
        }),
      );
    }
    succeed(`The DNS settings of ${connection ? peeringTitle(connection) : id} were changed.`);
    go(back);
  };
  const box = (end: "requester" | "accepter", other: "requester" | "accepter") => {
    const isElsewhere = ends[end]?.Region !== region;
    const label = `${end === "requester" ? "Requester" : "Accepter"} DNS resolution`;
    return (
      <FormField
        label={label}
        constraintText={isElsewhere ? `It is set in ${ends[end]?.Region}.` : undefined}
      >
        <Checkbox
          checked={wanted(end)}
          disabled={!connection || isElsewhere}
          onChange={({ detail }) => setEdited({ ...edited, [end]: detail.checked })}
        >
          Allow {other} VPC ({ends[other]?.VpcId}) to resolve DNS of {end} VPC ({ends[end]?.VpcId}) hosts to
          private IP addresses
        </Checkbox>
      </FormField>
    );
  };
  return (
    <FormPage
      above={[
        { text: "Peering connections", path: [PATH] },
        { text: id, path: [PATH, id] },
      ]}
      title="Edit DNS settings"
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={!connection}
    >
      <Container header={<Header variant="h2">DNS settings</Header>}>
        <SpaceBetween size="l">
          {box("requester", "accepter")}
          {box("accepter", "requester")}
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
