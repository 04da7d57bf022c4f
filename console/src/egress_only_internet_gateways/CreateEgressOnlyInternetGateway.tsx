import { CreateEgressOnlyInternetGatewayCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

const PATH = "egress_only_internet_gateways";

export default function CreateEgressOnlyInternetGateway() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [vpc, setVpc] = useState("");
  const [problem, setProblem] = useState<string>();
  const check = () => {
    setProblem(vpc ? undefined : "Select a VPC.");
    return vpc !== "";
  };
  const submit = async () => {
    const { EgressOnlyInternetGateway } = await ec2(region).send(
      new CreateEgressOnlyInternetGatewayCommand({
        VpcId: vpc,
        TagSpecifications: specification("egress-only-internet-gateway", tags),
      }),
    );
    const id = EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId;
    const link = <ResourceLink region={region} noun={PATH} id={id} name={nameAmong(tags)} />;
    succeed(<>You successfully created {link}. A route for ::/0 leads packets to it.</>);
    go(href(region, [PATH, id ?? ""]));
  };
  return (
    <FormPage
      breadcrumbs={[
        { text: "Egress-only internet gateways", path: [PATH] },
        { text: "Create egress only internet gateway", path: [PATH, "create"] },
      ]}
      title="Create egress only internet gateway"
      description="An egress-only internet gateway lets instances begin connections to the internet over IPv6, and lets nobody begin one to them."
      button="Create egress only internet gateway"
      cancel={href(region, [PATH])}
      check={check}
      submit={submit}
    >
      <Container header={<Header variant="h2">Egress only internet gateway settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-egress-only-gateway-01" tags={tags} change={setTags} />
          <VpcSelect
            label="VPC"
            description="The VPC in which the gateway is to be."
            vpc={vpc}
            choose={setVpc}
            problem={problem}
          />
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
