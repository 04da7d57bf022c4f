import {
  type HostnameType,
  ModifySubnetAttributeCommand,
  type ModifySubnetAttributeCommandInput,
} from "@aws-sdk/client-ec2";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { nameIn } from "../resources/names";
import { useSubnets } from "./read";

interface Settings {
  publicIpv4: boolean;
  ipv6: boolean;
  aRecord: boolean;
  aaaaRecord: boolean;
  hostnameType: HostnameType;
  dns64: boolean;
}

/** Edit subnet settings: what instances that are launched in it get. */
export default function EditSubnetSettings({ id }: { id: string }) {
  const region = useRegion();
  const subnet = useSubnets(region).data?.find((it) => it.SubnetId === id);
  const [edited, setEdited] = useState<Partial<Settings>>({});
  const names = subnet?.PrivateDnsNameOptionsOnLaunch;
  const now: Settings = {
    publicIpv4: subnet?.MapPublicIpOnLaunch ?? false,
    ipv6: subnet?.AssignIpv6AddressOnCreation ?? false,
    aRecord: names?.EnableResourceNameDnsARecord ?? false,
    aaaaRecord: names?.EnableResourceNameDnsAAAARecord ?? false,
    hostnameType: names?.HostnameType ?? "ip-name",
    dns64: subnet?.EnableDns64 ?? false,
  };
  const settings = { ...now, ...edited };
  const hasIpv6 = (subnet?.Ipv6CidrBlockAssociationSet ?? []).length > 0;
  const back = href(region, ["subnets"], { id });
  const submit = async () => {
    const calls: [keyof Settings, Partial<ModifySubnetAttributeCommandInput>][] = [
      ["publicIpv4", { MapPublicIpOnLaunch: { Value: settings.publicIpv4 } }],
      ["ipv6", { AssignIpv6AddressOnCreation: { Value: settings.ipv6 } }],
      ["hostnameType", { PrivateDnsHostnameTypeOnLaunch: settings.hostnameType }],
      ["aRecord", { EnableResourceNameDnsARecordOnLaunch: { Value: settings.aRecord } }],
      ["aaaaRecord", { EnableResourceNameDnsAAAARecordOnLaunch: { Value: settings.aaaaRecord } }],
      ["dns64", { EnableDns64: { Value: settings.dns64 } }],
    ];
    // The API changes one a call.
    for (const [of, change] of calls) {
      if (settings[of] === now[of]) continue;
      await ec2(region).send(new ModifySubnetAttributeCommand({ SubnetId: id, ...change }));
    }
    succeed(`You have successfully changed subnet settings: ${id}.`);
    go(back);
  };
  const box = (
    of: "publicIpv4" | "ipv6" | "aRecord" | "aaaaRecord" | "dns64",
    text: string,
    isDisabled = false,
  ) => (
    <Checkbox
      checked={settings[of]}
      disabled={!subnet || isDisabled}
      onChange={({ detail }) => setEdited({ ...edited, [of]: detail.checked })}
    >
      {text}
    </Checkbox>
  );
  return (
    <FormPage
      above={[
        { text: "Subnets", path: ["subnets"] },
        { text: id, path: ["subnets", id] },
      ]}
      title="Edit subnet settings"
      button="Save"
      cancel={back}
      submit={submit}
      isDisabled={!subnet}
    >
      <Container header={<Header variant="h2">Subnet</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Subnet ID", value: id },
            { label: "Name", value: nameIn(subnet?.Tags) || "–" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">Auto-assign IP settings</Header>}>
        <SpaceBetween size="s">
          {box("publicIpv4", "Enable auto-assign public IPv4 address")}
          {hasIpv6 && box("ipv6", "Enable auto-assign IPv6 address")}
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Resource-based name (RBN) settings</Header>}>
        <SpaceBetween size="s">
          {box("aRecord", "Enable resource name DNS A record on launch")}
          {box("aaaaRecord", "Enable resource name DNS AAAA record on launch", !hasIpv6)}
          <FormField label="Hostname type">
            <RadioGroup
              value={settings.hostnameType}
              items={[
                { value: "resource-name", label: "Resource name" },
                { value: "ip-name", label: "IP name" },
              ]}
              onChange={({ detail }) => setEdited({ ...edited, hostnameType: detail.value as HostnameType })}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">DNS64 settings</Header>}>
        {box("dns64", "Enable DNS64", !hasIpv6)}
      </Container>
    </FormPage>
  );
}
