import { CreateVpcCommand, type Tenancy } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { problemOf } from "../forms/cidr";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { useProblems } from "../forms/problems";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { NOT_THERE_YET } from "../resources/noun";
import { ResourcesToCreate } from "./ResourcesToCreate";

const TENANCIES = [
  { value: "default", label: "Default" },
  { value: "dedicated", label: "Dedicated" },
];
/** The codes of refusals that are about the block. */
const ABOUT_THE_BLOCK = ["InvalidVpc.Range", "InvalidVpcRange", "InvalidParameterValue"];

/** Create VPC, "VPC only". */
export default function CreateVpcOnly() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [block, setBlock] = useState("");
  const [ipv6, setIpv6] = useState("none");
  const [tenancy, setTenancy] = useState("default");
  const { problems, show, place } = useProblems(fieldOf);
  const name = nameAmong(tags);
  const submit = async () => {
    const { Vpc } = await ec2(region).send(
      new CreateVpcCommand({
        CidrBlock: block.trim(),
        AmazonProvidedIpv6CidrBlock: ipv6 === "amazon" || undefined,
        InstanceTenancy: tenancy as Tenancy,
        TagSpecifications: specification("vpc", tags),
      }),
    );
    const link = <ResourceLink region={region} noun="vpcs" id={Vpc?.VpcId} name={name} />;
    succeed(<>You successfully created {link}.</>);
    go(href(region, ["vpcs", Vpc?.VpcId ?? ""]));
  };
  const check = () => show({ block: problemOf(block) });
  return (
    <FormPage
      above={[{ text: "Your VPCs", path: ["vpcs"] }]}
      title="Create VPC"
      description="A VPC is an isolated portion of the cloud, populated by what you put into it."
      button="Create VPC"
      cancel={href(region, ["vpcs"])}
      submit={submit}
      check={check}
      place={place}
    >
      <Container header={<Header variant="h2">VPC settings</Header>}>
        <SpaceBetween size="l">
          <ResourcesToCreate mode="only" />
          <NameField label="Name tag – optional" placeholder="my-vpc-01" tags={tags} change={setTags} />
          <FormField label="IPv4 CIDR block">
            <RadioGroup
              value="manual"
              items={[
                { value: "manual", label: "IPv4 CIDR manual input" },
                {
                  value: "ipam",
                  label: "IPAM-allocated IPv4 CIDR block",
                  disabled: true,
                  description: NOT_THERE_YET,
                },
              ]}
            />
          </FormField>
          <FormField
            label="IPv4 CIDR"
            constraintText="CIDR block size must be between /16 and /28."
            errorText={problems.block}
          >
            <Input
              value={block}
              placeholder="10.0.0.0/24"
              onChange={({ detail }) => setBlock(detail.value)}
            />
          </FormField>
          <FormField label="IPv6 CIDR block">
            <RadioGroup
              value={ipv6}
              onChange={({ detail }) => setIpv6(detail.value)}
              items={[
                { value: "none", label: "No IPv6 CIDR block" },
                {
                  value: "ipam",
                  label: "IPAM-allocated IPv6 CIDR block",
                  disabled: true,
                  description: NOT_THERE_YET,
                },
                { value: "amazon", label: "Amazon-provided IPv6 CIDR block" },
                { value: "own", label: "IPv6 CIDR owned by me", disabled: true, description: NOT_THERE_YET },
              ]}
            />
          </FormField>
          <FormField label="Tenancy">
            <Select
              selectedOption={TENANCIES.find((it) => it.value === tenancy) ?? null}
              options={TENANCIES}
              onChange={({ detail }) => setTenancy(detail.selectedOption.value ?? "default")}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ code }: Failure) {
  return ABOUT_THE_BLOCK.includes(code) ? "block" : undefined;
}
