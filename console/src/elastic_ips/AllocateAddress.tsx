import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { FormPage } from "../forms/FormPage";
import { specification, TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";

const AMAZON = "amazon";

export default function AllocateAddress() {
  const region = useRegion();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const group = { value: region, label: region };
  const submit = async () => {
    const { AllocationId = "", PublicIp } = await ec2(region).send(
      new AllocateAddressCommand({
        Domain: "vpc",
        NetworkBorderGroup: region,
        TagSpecifications: specification("elastic-ip", tags),
      }),
    );
    succeed(
      `Elastic IP address allocated successfully. Elastic IP address ${PublicIp}`,
      <Button href={href(region, ["elastic_ips", AllocationId, "associate"])}>
        Associate this Elastic IP address
      </Button>,
    );
    go(href(region, ["elastic_ips"]));
  };
  return (
    <FormPage
      above={[{ text: "Elastic IP addresses", path: ["elastic_ips"] }]}
      title="Allocate Elastic IP address"
      button="Allocate"
      cancel={href(region, ["elastic_ips"])}
      submit={submit}
    >
      <Container header={<Header variant="h2">Elastic IP address settings</Header>}>
        <SpaceBetween size="l">
          <FormField label="Public IPv4 address pool">
            <RadioGroup
              value={AMAZON}
              items={[
                { value: AMAZON, label: "Amazon's pool of IPv4 addresses" },
                {
                  value: "own",
                  label: "Public IPv4 address that you bring to your AWS account with BYOIP",
                  description: "Hamlet has no addresses that were brought to it.",
                  disabled: true,
                },
                {
                  value: "customer",
                  label: "Customer-owned pool of IPv4 addresses created from your on-premises network",
                  description: "Hamlet has no Outposts.",
                  disabled: true,
                },
                {
                  value: "ipam",
                  label: "Allocate using an IPv4 IPAM pool",
                  description: "Hamlet has no IPAM pools.",
                  disabled: true,
                },
              ]}
            />
          </FormField>
          <FormField label="Network border group">
            <Select selectedOption={group} options={[group]} ariaLabel="Network border group" />
          </FormField>
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}
