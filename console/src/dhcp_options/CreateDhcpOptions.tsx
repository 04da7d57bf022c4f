import { CreateDhcpOptionsCommand } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { NameField } from "../forms/NameField";
import { nameAmong, specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

/** What a set can say, by the API's names; `several` are separated by commas. */
const OPTIONS = [
  {
    key: "domain-name",
    label: "Domain name",
    placeholder: "example.com",
    help: "What is added to names without one.",
  },
  {
    key: "domain-name-servers",
    label: "Domain name servers",
    placeholder: "172.16.16.16, 10.10.10.10",
    help: "Up to four addresses, with commas between them; AmazonProvidedDNS is the VPC's own resolver.",
    several: true,
  },
  {
    key: "ntp-servers",
    label: "NTP servers",
    placeholder: "172.16.16.16, 10.10.10.10",
    help: "Up to four addresses, with commas between them.",
    several: true,
  },
  {
    key: "netbios-name-servers",
    label: "NetBIOS name servers",
    placeholder: "172.16.16.16, 10.10.10.10",
    help: "Up to four addresses, with commas between them.",
    several: true,
  },
  { key: "netbios-node-type", label: "NetBIOS node type", placeholder: "2", help: "1, 2, 4 or 8; mostly 2." },
  {
    key: "ipv6-address-preferred-lease-time",
    label: "IPv6 preferred lease time",
    placeholder: "140",
    help: "In seconds, from 140 to 2147483647.",
  },
];

export default function CreateDhcpOptions() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [isEmpty, setEmpty] = useState(false);
  const configurations = OPTIONS.flatMap(({ key, several }) => {
    const text = typed[key]?.trim();
    if (!text) return [];
    return { Key: key, Values: several ? text.split(",").map((it) => it.trim()) : [text] };
  });
  const check = () => {
    setEmpty(configurations.length === 0);
    return configurations.length > 0;
  };
  const submit = async () => {
    const { DhcpOptions } = await ec2(region).send(
      new CreateDhcpOptionsCommand({
        DhcpConfigurations: configurations,
        TagSpecifications: specification("dhcp-options", tags),
      }),
    );
    const id = DhcpOptions?.DhcpOptionsId;
    const link = <ResourceLink region={region} noun="dhcp_options" id={id} name={nameAmong(tags)} />;
    succeed(<>You successfully created {link}. A VPC has it once its settings say so.</>);
    go(href(region, ["dhcp_options", id ?? ""]));
  };
  return (
    <FormPage
      above={[{ text: "DHCP option sets", path: ["dhcp_options"] }]}
      title="Create DHCP option set"
      description="What instances are told when they ask for an address. A set cannot be changed: create another one."
      button="Create DHCP option set"
      cancel={href(region, ["dhcp_options"])}
      check={check}
      submit={submit}
    >
      <Container header={<Header variant="h2">DHCP option set</Header>}>
        <NameField
          label="DHCP option set name – optional"
          placeholder="my-dhcp-option-set-01"
          tags={tags}
          change={setTags}
        />
      </Container>
      <Container
        header={
          <Header variant="h2" description="Specify at least one.">
            DHCP option
          </Header>
        }
      >
        <SpaceBetween size="l">
          {isEmpty && <Alert type="error">Specify at least one DHCP option.</Alert>}
          {OPTIONS.map(({ key, label, placeholder, help }) => (
            <FormField key={key} label={label} constraintText={help}>
              <Input
                value={typed[key] ?? ""}
                placeholder={placeholder}
                onChange={({ detail }) => {
                  setTyped({ ...typed, [key]: detail.value });
                  setEmpty(false);
                }}
              />
            </FormField>
          ))}
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
