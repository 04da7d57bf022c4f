import { AssociateDhcpOptionsCommand, ModifyVpcAttributeCommand } from "@aws-sdk/client-ec2";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { useReading } from "../clients/reading";
import { optionsTitle, sentenceOf, useDhcpOptions } from "../dhcp_options/read";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { readVpcAttributes, useVpcs, type VpcAttributes, vpcName } from "./read";

/** What a VPC has that has no set, as the API says it. */
const NO_OPTIONS = { value: "default", label: "No DHCP option set" };

/** Edit VPC settings: DHCP, DNS, and whether use of addresses is counted. */
export default function EditVpcSettings({ id }: { id: string }) {
  const region = useRegion();
  const vpc = useVpcs(region).data?.find((it) => it.VpcId === id);
  const { data } = useReading(`vpc-attributes/${region}/${id}`, () => readVpcAttributes(region, id));
  const [edited, setEdited] = useState<Partial<VpcAttributes>>({});
  const sets = useDhcpOptions(region);
  const [chosenSet, chooseSet] = useState<string>();
  const options = [
    ...(sets.data ?? []).map((it) => ({
      value: it.DhcpOptionsId ?? "",
      label: optionsTitle(it),
      description: sentenceOf(it),
    })),
    NO_OPTIONS,
  ];
  const set = chosenSet ?? vpc?.DhcpOptionsId;
  const settings = data && { ...data, ...edited };
  const back = href(region, ["vpcs", id]);
  const submit = async () => {
    if (!data || !settings) return;
    const change = async (of: keyof VpcAttributes, attribute: string) => {
      if (settings[of] === data[of]) return;
      await ec2(region).send(
        new ModifyVpcAttributeCommand({ VpcId: id, [attribute]: { Value: settings[of] } }),
      );
    };
    // Hostnames need resolution: it comes first, and goes last.
    if (settings.dnsResolution) await change("dnsResolution", "EnableDnsSupport");
    await change("dnsHostnames", "EnableDnsHostnames");
    if (!settings.dnsResolution) await change("dnsResolution", "EnableDnsSupport");
    await change("usageMetrics", "EnableNetworkAddressUsageMetrics");
    if (set && set !== vpc?.DhcpOptionsId) {
      await ec2(region).send(new AssociateDhcpOptionsCommand({ VpcId: id, DhcpOptionsId: set }));
    }
    succeed(`You have successfully modified the settings for ${id}.`);
    go(back);
  };
  const box = (of: keyof VpcAttributes, text: string) => (
    <Checkbox
      checked={settings?.[of] ?? false}
      disabled={!settings}
      onChange={({ detail }) => setEdited({ ...edited, [of]: detail.checked })}
    >
      {text}
    </Checkbox>
  );
  return (
    <FormPage
      above={[
        { text: "Your VPCs", path: ["vpcs"] },
        { text: id, path: ["vpcs", id] },
      ]}
      title="Edit VPC settings"
      button="Save"
      cancel={back}
      submit={submit}
      isDisabled={!settings}
    >
      <Container header={<Header variant="h2">VPC details</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "VPC ID", value: id },
            { label: "Name", value: (vpc && vpcName(vpc)) || "–" },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2">DHCP settings</Header>}>
        <FormField
          label="DHCP option set"
          description="What instances are told when they ask for an address."
        >
          <Select
            selectedOption={options.find((it) => it.value === set) ?? null}
            placeholder="Select a DHCP option set"
            statusType={sets.isLoading && !sets.data ? "loading" : "finished"}
            options={options}
            onChange={({ detail }) => chooseSet(detail.selectedOption.value)}
          />
        </FormField>
      </Container>
      <Container header={<Header variant="h2">DNS settings</Header>}>
        <SpaceBetween size="s">
          {box("dnsResolution", "Enable DNS resolution")}
          {box("dnsHostnames", "Enable DNS hostnames")}
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Network Address Usage metrics settings</Header>}>
        {box("usageMetrics", "Enable Network Address Usage metrics")}
      </Container>
    </FormPage>
  );
}
