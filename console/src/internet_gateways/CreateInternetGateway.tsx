import { CreateInternetGatewayCommand } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

export default function CreateInternetGateway() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const name = nameAmong(tags);
  const submit = async () => {
    const { InternetGateway } = await ec2(region).send(
      new CreateInternetGatewayCommand({ TagSpecifications: specification("internet-gateway", tags) }),
    );
    const id = InternetGateway?.InternetGatewayId ?? "";
    succeed(
      <>
        The following internet gateway was created:{" "}
        <ResourceLink region={region} noun="internet_gateways" id={id} name={name} />. You can now attach it
        to a VPC to enable it to communicate with the internet.
      </>,
      <Button href={href(region, ["internet_gateways", id, "attach"])}>Attach to a VPC</Button>,
    );
    go(href(region, ["internet_gateways", id]));
  };
  return (
    <FormPage
      above={[{ text: "Internet gateways", path: ["internet_gateways"] }]}
      title="Create internet gateway"
      description="An internet gateway is a virtual router that connects a VPC to the internet. Say its name, then attach it to a VPC."
      button="Create internet gateway"
      cancel={href(region, ["internet_gateways"])}
      submit={submit}
    >
      <Container header={<Header variant="h2">Internet gateway settings</Header>}>
        <NameField label="Name tag" placeholder="my-internet-gateway-01" tags={tags} change={setTags} />
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
