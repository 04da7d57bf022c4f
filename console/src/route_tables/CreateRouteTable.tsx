import { CreateRouteTableCommand } from "@aws-sdk/client-ec2";
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

export default function CreateRouteTable() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [vpc, setVpc] = useState("");
  const [problem, setProblem] = useState<string>();
  const name = nameAmong(tags);
  const check = () => {
    setProblem(vpc ? undefined : "Select a VPC.");
    return vpc !== "";
  };
  const submit = async () => {
    const { RouteTable } = await ec2(region).send(
      new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications: specification("route-table", tags) }),
    );
    const id = RouteTable?.RouteTableId ?? "";
    succeed(
      <>
        Route table <ResourceLink region={region} noun="route_tables" id={id} name={name} /> was created
        successfully.
      </>,
    );
    go(href(region, ["route_tables", id]));
  };
  return (
    <FormPage
      breadcrumbs={[
        { text: "Route tables", path: ["route_tables"] },
        { text: "Create route table", path: ["route_tables", "create"] },
      ]}
      title="Create route table"
      description="A route table specifies how packets are forwarded between the subnets of your VPC, the internet, and your other networks."
      button="Create route table"
      cancel={href(region, ["route_tables"])}
      check={check}
      submit={submit}
    >
      <Container header={<Header variant="h2">Route table settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-route-table-01" tags={tags} change={setTags} />
          <VpcSelect
            label="VPC"
            description="The VPC to use for this route table."
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
