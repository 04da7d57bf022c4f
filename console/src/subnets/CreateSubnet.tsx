import { type AvailabilityZone, CreateSubnetCommand } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { contains, countOf, formatCidr, neighbour, overlap, parseCidr, problemOf } from "../forms/cidr";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { useProblems } from "../forms/problems";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { placeOf } from "../frame/regions";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { ipv4Blocks, useVpcs } from "../vpcs/read";
import { useAvailabilityZones, useSubnets } from "./read";

const NO_PREFERENCE: SelectProps.Option = { value: "", label: "No preference" };

/** Create subnet: one at a time. */
export default function CreateSubnet() {
  const region = useRegion();
  const vpcs = useVpcs(region);
  const subnets = useSubnets(region);
  const zones = useAvailabilityZones(region);
  const [vpcId, setVpcId] = useState("");
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [zone, setZone] = useState(NO_PREFERENCE);
  const [outer, setOuter] = useState("");
  const [block, setBlock] = useState("");
  const { problems, show, place } = useProblems(fieldOf);
  const vpc = vpcs.data?.find((it) => it.VpcId === vpcId);
  const blocks = vpc ? ipv4Blocks(vpc) : [];
  const chosenOuter = blocks.includes(outer) ? outer : (blocks[0] ?? "");
  const name = nameAmong(tags);
  const parsed = parseCidr(block);

  const problemOfBlock = () => {
    const problem = problemOf(block);
    const typed = parseCidr(block);
    if (problem || !typed) return problem;
    const of = parseCidr(chosenOuter);
    if (of && !contains(of, typed)) return `The block must lie within the VPC's: ${chosenOuter}.`;
    const others = (subnets.data ?? []).filter((it) => it.VpcId === vpcId);
    const taken = others.find((it) => {
      const other = parseCidr(it.CidrBlock ?? "");
      return other && overlap(other, typed);
    });
    return taken && `CIDR Address overlaps with existing Subnet CIDR: ${taken.CidrBlock}`;
  };
  const check = () => show({ vpc: vpc ? undefined : "Select a VPC.", block: vpc && problemOfBlock() });
  const submit = async () => {
    const { Subnet } = await ec2(region).send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: block.trim(),
        AvailabilityZone: zone.value || undefined,
        TagSpecifications: specification("subnet", tags),
      }),
    );
    const id = Subnet?.SubnetId ?? "";
    succeed(
      <>
        You have successfully created 1 subnet:{" "}
        <ResourceLink region={region} noun="subnets" id={id} name={name} />.
      </>,
    );
    go(href(region, ["subnets"], { id }));
  };
  const step = (steps: number) => {
    if (parsed) setBlock(formatCidr(neighbour(parsed, steps)));
  };

  return (
    <FormPage
      above={[{ text: "Subnets", path: ["subnets"] }]}
      title="Create subnet"
      button="Create subnet"
      cancel={href(region, ["subnets"])}
      submit={submit}
      check={check}
      place={place}
    >
      <Container header={<Header variant="h2">VPC</Header>}>
        <SpaceBetween size="l">
          <VpcSelect
            label="VPC ID"
            description="Create subnets in this VPC."
            vpc={vpcId}
            choose={setVpcId}
            problem={problems.vpc}
            empty="No VPCs in this Region"
          />
          {vpc && (
            <div>
              <Box variant="awsui-key-label">Associated VPC CIDRs</Box>
              <Box>IPv4 CIDRs: {blocks.join(", ")}</Box>
            </div>
          )}
        </SpaceBetween>
      </Container>
      <Container
        header={
          <Header variant="h2" description="Specify the CIDR blocks and Availability Zone for the subnet.">
            Subnet settings
          </Header>
        }
      >
        <SpaceBetween size="l">
          <Box variant="h3">Subnet 1 of 1</Box>
          <NameField
            label="Subnet name"
            placeholder="my-subnet-01"
            constraint="The name can be up to 256 characters long."
            tags={tags}
            change={setTags}
          />
          <FormField
            label="Availability Zone"
            description="Choose the zone in which the subnet will be, or let one be chosen for you."
          >
            <Select
              selectedOption={zone}
              options={[NO_PREFERENCE, ...(zones.data ?? []).map((it) => zoneOption(region, it))]}
              onChange={({ detail }) => setZone(detail.selectedOption)}
            />
          </FormField>
          <FormField
            label="IPv4 VPC CIDR block"
            description="Choose the VPC's block in which the subnet's will be."
          >
            <Select
              selectedOption={chosenOuter ? { value: chosenOuter, label: chosenOuter } : null}
              placeholder="Select a VPC first"
              disabled={!vpc}
              options={blocks.map((value) => ({ value, label: value }))}
              onChange={({ detail }) => setOuter(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField
            label="IPv4 subnet CIDR block"
            constraintText={countOf(block)}
            errorText={problems.block}
            secondaryControl={
              <SpaceBetween direction="horizontal" size="xxs">
                <Button
                  iconName="angle-left"
                  ariaLabel="Previous block"
                  formAction="none"
                  disabled={!parsed}
                  onClick={() => step(-1)}
                />
                <Button
                  iconName="angle-right"
                  ariaLabel="Next block"
                  formAction="none"
                  disabled={!parsed}
                  onClick={() => step(1)}
                />
              </SpaceBetween>
            }
          >
            <Input
              value={block}
              placeholder="10.0.0.0/24"
              onChange={({ detail }) => setBlock(detail.value)}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ code }: Failure): "vpc" | "block" | undefined {
  return code.startsWith("InvalidSubnet.") ? "block" : undefined;
}

function zoneOption(region: string, { ZoneName = "", ZoneId = "" }: AvailabilityZone): SelectProps.Option {
  return { value: ZoneName, label: `${placeOf(region)} / ${ZoneName}`, description: ZoneId };
}
