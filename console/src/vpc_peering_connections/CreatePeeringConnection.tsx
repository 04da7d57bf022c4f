import { CreateVpcPeeringConnectionCommand, type Vpc } from "@aws-sdk/client-ec2";
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
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { type Problems, useProblems } from "../forms/problems";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { placeOf, useRegions } from "../frame/regions";
import { go, href } from "../frame/route";
import { ResourceLink, State } from "../resources/cells";
import { SmallTable } from "../table/SmallTable";
import { useVpcs } from "../vpcs/read";

const PATH = "vpc_peering_connections";

type Field = "requester" | "account" | "accepter";

/** Create peering connection: one VPC of this Region asks another of anywhere. */
export default function CreatePeeringConnection() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [requester, setRequester] = useState("");
  const [isOwn, setOwn] = useState(true);
  const [account, setAccount] = useState("");
  const [isHere, setHere] = useState(true);
  const [otherRegion, setOtherRegion] = useState("");
  const [accepter, setAccepter] = useState("");
  const { problems, show, place, forget } = useProblems(fieldOf);
  const accepterRegion = isHere || !otherRegion ? region : otherRegion;
  const chooseRequester = (chosen: string) => {
    setRequester(chosen);
    forget("requester");
  };
  const chooseAccepter = (chosen: string) => {
    setAccepter(chosen);
    forget("accepter");
  };
  const check = () => {
    const found: Problems<Field> = {};
    if (!requester) found.requester = "Select a VPC.";
    if (!isOwn && !/^\d{12}$/.test(account.trim())) found.account = "An account ID has 12 digits.";
    if (!accepter) found.accepter = isOwn ? "Select a VPC." : "Enter the VPC's ID.";
    return show(found);
  };
  const submit = async () => {
    const { VpcPeeringConnection } = await ec2(region).send(
      new CreateVpcPeeringConnectionCommand({
        VpcId: requester,
        PeerVpcId: accepter.trim(),
        PeerOwnerId: isOwn ? undefined : account.trim(),
        PeerRegion: accepterRegion === region ? undefined : accepterRegion,
        TagSpecifications: specification("vpc-peering-connection", tags),
      }),
    );
    const id = VpcPeeringConnection?.VpcPeeringConnectionId;
    const link = <ResourceLink region={region} noun={PATH} id={id} name={nameAmong(tags)} />;
    succeed(<>A VPC peering connection {link} has been requested.</>);
    go(href(region, [PATH, id ?? ""]));
  };
  return (
    <FormPage
      above={[{ text: "Peering connections", path: [PATH] }]}
      title="Create peering connection"
      description="By a VPC peering connection two VPCs route traffic between each other by private addresses, as if they were one network."
      button="Create peering connection"
      cancel={href(region, [PATH])}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Peering connection settings</Header>}>
        <SpaceBetween size="l">
          <NameField placeholder="my-pc-01" tags={tags} change={setTags} />
          <Header variant="h3">Select a local VPC to peer with</Header>
          <VpcSelect
            label="VPC ID (Requester)"
            vpc={requester}
            choose={chooseRequester}
            problem={problems.requester}
          />
          <Blocks vpc={requester} region={region} />
          <Header variant="h3">Select another VPC to peer with</Header>
          <FormField label="Account">
            <RadioGroup
              value={isOwn ? "own" : "other"}
              onChange={({ detail }) => setOwn(detail.value === "own")}
              items={[
                { value: "own", label: "My account" },
                { value: "other", label: "Another account" },
              ]}
            />
          </FormField>
          {!isOwn && (
            <FormField label="Account ID" errorText={problems.account}>
              <Input
                value={account}
                placeholder="123456789012"
                onChange={({ detail }) => setAccount(detail.value)}
              />
            </FormField>
          )}
          <RegionFields isHere={isHere} setHere={setHere} other={otherRegion} choose={setOtherRegion} />
          {isOwn ? (
            <SpaceBetween size="l">
              <VpcSelect
                label="VPC ID (Accepter)"
                region={accepterRegion}
                vpc={accepter}
                choose={chooseAccepter}
                problem={problems.accepter}
                only={(it) => it.VpcId !== requester}
              />
              <Blocks vpc={accepter} region={accepterRegion} />
            </SpaceBetween>
          ) : (
            <FormField label="VPC ID (Accepter)" errorText={problems.accepter}>
              <Input
                value={accepter}
                placeholder="vpc-"
                onChange={({ detail }) => setAccepter(detail.value)}
              />
            </FormField>
          )}
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ code }: Failure): Field | undefined {
  return code.startsWith("InvalidVpcID") ? "accepter" : undefined;
}

interface RegionFieldsProps {
  isHere: boolean;
  setHere: (isHere: boolean) => void;
  other: string;
  choose: (region: string) => void;
}

function RegionFields({ isHere, setHere, other, choose }: RegionFieldsProps) {
  const region = useRegion();
  const others = useRegions(region).filter((it) => it !== region);
  const option = (value: string) => ({ value, label: placeOf(value), description: value });
  return (
    <SpaceBetween size="l">
      <FormField label="Region">
        <RadioGroup
          value={isHere ? "here" : "other"}
          onChange={({ detail }) => setHere(detail.value === "here")}
          items={[
            { value: "here", label: `This Region (${region})` },
            { value: "other", label: "Another Region" },
          ]}
        />
      </FormField>
      {!isHere && (
        <FormField label="Other Region">
          <Select
            selectedOption={other ? option(other) : null}
            placeholder="Select a Region"
            options={others.map(option)}
            onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

/** The blocks of a VPC that is chosen: they must not overlap with the other's. */
function Blocks({ vpc, region }: { vpc: string; region: string }) {
  const found: Vpc | undefined = useVpcs(region).data?.find((it) => it.VpcId === vpc);
  if (!found) return null;
  return (
    <SmallTable
      title={`VPC CIDRs for ${vpc}`}
      items={found.CidrBlockAssociationSet ?? []}
      empty="No CIDRs"
      columns={[
        { header: "CIDR", cell: (it) => it.CidrBlock },
        { header: "Status", cell: (it) => <State of={it.CidrBlockState?.State} /> },
        { header: "Status reason", cell: (it) => it.CidrBlockState?.StatusMessage ?? "–" },
      ]}
    />
  );
}
