import { CreateNetworkAclCommand } from "@aws-sdk/client-ec2";
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

export default function CreateNetworkAcl() {
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
    const { NetworkAcl } = await ec2(region).send(
      new CreateNetworkAclCommand({ VpcId: vpc, TagSpecifications: specification("network-acl", tags) }),
    );
    const id = NetworkAcl?.NetworkAclId ?? "";
    succeed(
      <>
        You successfully created <ResourceLink region={region} noun="network_acls" id={id} name={name} />.
      </>,
    );
    go(href(region, ["network_acls"]));
  };
  return (
    <FormPage
      breadcrumbs={[
        { text: "Network ACLs", path: ["network_acls"] },
        { text: "Create network ACL", path: ["network_acls", "create"] },
      ]}
      title="Create network ACL"
      description="A network ACL is an optional layer of security that acts as a firewall for traffic in and out of subnets."
      button="Create network ACL"
      cancel={href(region, ["network_acls"])}
      check={check}
      submit={submit}
    >
      <Container header={<Header variant="h2">Network ACL settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-network-acl-01" tags={tags} change={setTags} />
          <VpcSelect
            label="VPC"
            description="The VPC to use for this network ACL."
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
