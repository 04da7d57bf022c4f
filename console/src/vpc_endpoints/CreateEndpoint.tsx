import {
  CreateVpcEndpointCommand,
  type CreateVpcEndpointCommandInput,
  type DnsRecordIpType,
  type IpAddressType,
} from "@aws-sdk/client-ec2";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { problemOf } from "../forms/json";
import { NameField } from "../forms/NameField";
import { useProblems } from "../forms/problems";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { VpcSelect } from "../forms/VpcSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { PolicyField } from "./PolicyField";
import { FULL_ACCESS } from "./policy";
import { RouteTablesChoice } from "./RouteTablesChoice";
import { SecurityGroupsChoice } from "./SecurityGroupsChoice";
import { type Service, ServicesTable } from "./ServicesTable";
import { SubnetsChoice } from "./SubnetsChoice";

const PATH = "vpc_endpoints";

/** AWS's types; those that Hamlet does not have are grey. */
const TYPES = [
  "AWS services",
  "PrivateLink Ready partner services",
  "AWS Marketplace services",
  "EC2 Instance Connect Endpoint",
  "Resources",
  "Service networks",
  "Endpoint services that use NLBs and GWLBs",
];

/** What only interface endpoints have. */
interface InterfaceSettings {
  privateDns: boolean;
  records: DnsRecordIpType;
  subnets: string[];
  family: IpAddressType;
  groups: string[];
}

/** Create endpoint. As in AWS's form, no route table is selected: such a gateway endpoint works for nobody yet. */
export default function CreateEndpoint() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [service, setService] = useState<Service>();
  const [vpc, setVpc] = useState("");
  const [tables, setTables] = useState<string[]>([]);
  const [settings, setSettings] = useState<InterfaceSettings>({
    privateDns: true,
    records: "ipv4",
    subnets: [],
    family: "ipv4",
    groups: [],
  });
  const [isCustom, setCustom] = useState(false);
  const [document, setDocument] = useState(FULL_ACCESS);
  const { problems, show, place, forget } = useProblems(fieldOf);
  const check = () =>
    show({
      service: service ? undefined : "Select a service.",
      vpc: vpc ? undefined : "Select a VPC.",
      policy: isCustom ? problemOf(document) : undefined,
    });
  const submit = async () => {
    const own = service?.type === "Gateway" ? { RouteTableIds: tables } : ofInterface(settings);
    const { VpcEndpoint } = await ec2(region).send(
      new CreateVpcEndpointCommand({
        VpcId: vpc,
        ServiceName: service?.name,
        PolicyDocument: isCustom ? document : undefined,
        TagSpecifications: specification("vpc-endpoint", tags),
        ...own,
      }),
    );
    const id = VpcEndpoint?.VpcEndpointId ?? "";
    const link = <ResourceLink region={region} noun={PATH} id={id} name={nameAmong(tags)} />;
    succeed(<>Successfully created VPC endpoint {link}.</>);
    go(href(region, [PATH], { id }));
  };
  const chooseService = (chosen: Service | undefined) => {
    setService(chosen);
    forget("service");
  };
  const chooseVpc = (chosen: string) => {
    setVpc(chosen);
    forget("vpc");
    setTables([]);
    setSettings({ ...settings, subnets: [], groups: [] });
  };
  return (
    <FormPage
      above={[{ text: "Endpoints", path: [PATH] }]}
      title="Create endpoint"
      description="By an endpoint you reach a service from your VPC by private addresses, as if it were in it."
      button="Create endpoint"
      cancel={href(region, [PATH])}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Endpoint settings</Header>}>
        <SpaceBetween size="l">
          <NameField label="Name tag – optional" placeholder="my-endpoint-01" tags={tags} change={setTags} />
          <FormField
            label="Type"
            description="Service category: what is to be reached. What Hamlet does not have yet is grey."
          >
            <Tiles
              value={TYPES[0] ?? ""}
              columns={2}
              items={TYPES.map((label, at) => ({ value: label, label, disabled: at > 0 }))}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <ServicesTable chosen={service} choose={chooseService} problem={problems.service} />
      <Container header={<Header variant="h2">Network settings</Header>}>
        <SpaceBetween size="l">
          <VpcSelect
            label="VPC"
            description="The VPC in which the endpoint is to be."
            vpc={vpc}
            choose={chooseVpc}
            problem={problems.vpc}
          />
          {service?.type === "Interface" && <DnsSettings settings={settings} change={setSettings} />}
        </SpaceBetween>
      </Container>
      {vpc && service?.type === "Gateway" && (
        <RouteTablesChoice vpc={vpc} chosen={tables} choose={setTables} />
      )}
      {vpc && service?.type === "Interface" && (
        <InterfaceFields vpc={vpc} settings={settings} change={setSettings} />
      )}
      <Container header={<Header variant="h2">Policy</Header>}>
        <PolicyField
          isCustom={isCustom}
          setCustom={setCustom}
          document={document}
          change={setDocument}
          problem={problems.policy}
        />
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

const RECORDS = [
  { value: "ipv4", label: "IPv4" },
  { value: "ipv6", label: "IPv6" },
  { value: "dualstack", label: "Dualstack" },
  { value: "service-defined", label: "Service defined" },
];

interface FieldsProps {
  settings: InterfaceSettings;
  change: (settings: InterfaceSettings) => void;
}

function DnsSettings({ settings, change }: FieldsProps) {
  return (
    <ExpandableSection headerText="Additional settings" defaultExpanded>
      <SpaceBetween size="l">
        <FormField
          label="DNS name"
          description="Within the VPC the service's own name leads to the endpoint. The VPC needs DNS hostnames and DNS resolution."
        >
          <Checkbox
            checked={settings.privateDns}
            onChange={({ detail }) => change({ ...settings, privateDns: detail.checked })}
          >
            Enable DNS name
          </Checkbox>
        </FormField>
        <FormField label="DNS record IP type">
          <Select
            selectedOption={RECORDS.find((it) => it.value === settings.records) ?? null}
            options={RECORDS}
            onChange={({ detail }) =>
              change({ ...settings, records: detail.selectedOption.value as DnsRecordIpType })
            }
          />
        </FormField>
      </SpaceBetween>
    </ExpandableSection>
  );
}

function InterfaceFields({ vpc, settings, change }: FieldsProps & { vpc: string }) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Subnets</Header>}>
        <SpaceBetween size="l">
          <SubnetsChoice
            vpc={vpc}
            chosen={settings.subnets}
            choose={(subnets) => change({ ...settings, subnets })}
          />
          <FormField label="IP address type">
            <RadioGroup
              value={settings.family}
              onChange={({ detail }) => change({ ...settings, family: detail.value as IpAddressType })}
              items={[
                { value: "ipv4", label: "IPv4" },
                { value: "ipv6", label: "IPv6" },
                { value: "dualstack", label: "Dualstack" },
              ]}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <SecurityGroupsChoice
        vpc={vpc}
        chosen={settings.groups}
        choose={(groups) => change({ ...settings, groups })}
      />
    </SpaceBetween>
  );
}

function ofInterface(settings: InterfaceSettings): Partial<CreateVpcEndpointCommandInput> {
  return {
    VpcEndpointType: "Interface",
    PrivateDnsEnabled: settings.privateDns,
    DnsOptions: { DnsRecordIpType: settings.records },
    SubnetIds: settings.subnets,
    IpAddressType: settings.family,
    SecurityGroupIds: settings.groups.length > 0 ? settings.groups : undefined,
  };
}

function fieldOf({ code }: Failure) {
  if (code === "InvalidServiceName") return "service";
  if (code.startsWith("InvalidVpcId")) return "vpc";
  return code.includes("Policy") ? "policy" : undefined;
}
