import { CreateNatGatewayCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { useProblems } from "../forms/problems";
import { SubnetSelect } from "../forms/SubnetSelect";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { NOT_THERE_YET } from "../resources/noun";
import { AddressField } from "./AddressField";

/** Create NAT gateway: a public one has an Elastic IP address, a private one has none. */
export default function CreateNatGateway() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [subnet, setSubnet] = useState("");
  const [connectivity, setConnectivity] = useState<"public" | "private">("public");
  const [allocation, setAllocation] = useState("");
  const [isCustom, setCustom] = useState(false);
  const [privateAddress, setPrivateAddress] = useState("");
  const { problems, show, place, forget } = useProblems(fieldOf);
  const isPublic = connectivity === "public";
  const check = () =>
    show({
      subnet: subnet ? undefined : "Select a subnet.",
      address: isPublic && !allocation ? "Select an Elastic IP address, or allocate one." : undefined,
    });
  const submit = async () => {
    const { NatGateway } = await ec2(region).send(
      new CreateNatGatewayCommand({
        SubnetId: subnet,
        ConnectivityType: connectivity,
        AllocationId: isPublic ? allocation : undefined,
        PrivateIpAddress: isCustom && privateAddress ? privateAddress.trim() : undefined,
        TagSpecifications: specification("natgateway", tags),
      }),
    );
    const id = NatGateway?.NatGatewayId;
    succeed(
      <>
        NAT gateway <ResourceLink region={region} noun="nat_gateways" id={id} name={nameAmong(tags)} /> was
        created successfully. Routes lead packets to it: edit the route tables of your private subnets.
      </>,
    );
    go(href(region, ["nat_gateways", id ?? ""]));
  };
  return (
    <FormPage
      above={[{ text: "NAT gateways", path: ["nat_gateways"] }]}
      title="Create NAT gateway"
      description="Through a NAT gateway instances in private subnets reach services outside of the VPC, and no service outside can begin a connection to them."
      button="Create NAT gateway"
      cancel={href(region, ["nat_gateways"])}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">NAT gateway settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-nat-gateway-01" tags={tags} change={setTags} />
          <FormField label="Availability mode">
            <Tiles
              value="zonal"
              items={[
                { value: "regional", label: "Regional", description: NOT_THERE_YET, disabled: true },
                { value: "zonal", label: "Zonal", description: "One subnet's zone has it." },
              ]}
            />
          </FormField>
          <SubnetSelect
            label="Subnet"
            description="The subnet in which the NAT gateway is to be: a public one, if it is to reach the internet."
            subnet={subnet}
            choose={(chosen) => {
              setSubnet(chosen);
              forget("subnet");
            }}
            problem={problems.subnet}
          />
          <FormField label="Connectivity type">
            <RadioGroup
              value={connectivity}
              onChange={({ detail }) => setConnectivity(detail.value === "private" ? "private" : "public")}
              items={[
                {
                  value: "public",
                  label: "Public",
                  description: "For the internet, by an Elastic IP address.",
                },
                {
                  value: "private",
                  label: "Private",
                  description: "For other VPCs and networks of your own.",
                },
              ]}
            />
          </FormField>
          {isPublic && (
            <AddressField
              allocation={allocation}
              choose={(chosen) => {
                setAllocation(chosen);
                forget("address");
              }}
              problem={problems.address}
            />
          )}
          <ExpandableSection headerText="Additional settings">
            <FormField label="Primary private IPv4 address">
              <SpaceBetween size="xs">
                <RadioGroup
                  value={isCustom ? "custom" : "automatic"}
                  onChange={({ detail }) => setCustom(detail.value === "custom")}
                  items={[
                    { value: "automatic", label: "Automatic" },
                    { value: "custom", label: "Custom" },
                  ]}
                />
                {isCustom && (
                  <Input
                    value={privateAddress}
                    ariaLabel="Custom private IPv4 address"
                    placeholder="10.0.0.10"
                    onChange={({ detail }) => setPrivateAddress(detail.value)}
                  />
                )}
              </SpaceBetween>
            </FormField>
          </ExpandableSection>
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ code }: Failure) {
  if (code.startsWith("InvalidSubnet")) return "subnet";
  const isAboutTheAddress = code.startsWith("InvalidAllocationID") || code === "InvalidAddress.InUse";
  return isAboutTheAddress ? "address" : undefined;
}
