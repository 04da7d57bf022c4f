import { AssociateAddressCommand } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { ResourceSelect } from "../forms/ResourceSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { privateAddresses, useNetworkInterfaces } from "../network_interfaces/read";
import { nameIn } from "../resources/names";
import { useAddresses, useInstances } from "./read";

type Kind = "instance" | "interface";

/** Associate Elastic IP address: with an instance, or with any network interface; with one of its private addresses. */
export default function AssociateAddress({ id }: { id: string }) {
  const region = useRegion();
  const address = useAddresses(region).data?.find((it) => it.AllocationId === id);
  const instances = useInstances(region);
  const interfaces = useNetworkInterfaces(region);
  const [kind, setKind] = useState<Kind>("instance");
  const [resource, setResource] = useState("");
  const [privateIp, setPrivateIp] = useState("");
  const [mayReassociate, setMayReassociate] = useState(false);
  const { problems, show, place, forget } = useProblems(fieldOf);
  const options: SelectProps.Option[] =
    kind === "instance"
      ? (instances.data ?? []).map((it) => ({
          value: it.InstanceId ?? "",
          label: it.InstanceId ?? "",
          description: [nameIn(it.Tags), it.State?.Name].filter(Boolean).join(" – "),
        }))
      : (interfaces.data ?? []).map((it) => ({
          value: it.NetworkInterfaceId ?? "",
          label: it.NetworkInterfaceId ?? "",
          description: nameIn(it.TagSet) || it.Description,
        }));
  const its = interfaces.data?.find((it) =>
    kind === "instance" ? it.Attachment?.InstanceId === resource : it.NetworkInterfaceId === resource,
  );
  const addresses = privateAddresses(its).map((value) => ({ value, label: value }));
  const list = href(region, ["elastic_ips"]);
  const title = `Elastic IP address: ${address?.PublicIp ?? id}`;
  const choose = (value: string) => {
    setResource(value);
    forget("resource");
    setPrivateIp("");
  };
  const check = () =>
    show({
      resource: resource
        ? undefined
        : `Select ${kind === "instance" ? "an instance" : "a network interface"}.`,
    });
  const submit = async () => {
    await ec2(region).send(
      new AssociateAddressCommand({
        AllocationId: id,
        InstanceId: kind === "instance" ? resource : undefined,
        NetworkInterfaceId: kind === "interface" ? resource : undefined,
        PrivateIpAddress: privateIp || undefined,
        AllowReassociation: mayReassociate,
      }),
    );
    succeed(
      `Elastic IP address associated successfully. Elastic IP address ${address?.PublicIp} has been associated with ${resource}.`,
    );
    go(list);
  };
  return (
    <FormPage
      above={[{ text: "Elastic IP addresses", path: ["elastic_ips"] }]}
      title="Associate Elastic IP address"
      description="Choose the instance or network interface to associate to this Elastic IP address."
      button="Associate"
      cancel={list}
      check={check}
      place={place}
      submit={submit}
      isDisabled={!address}
    >
      <Container header={<Header variant="h2">{title}</Header>}>
        <SpaceBetween size="l">
          <FormField
            label="Resource type"
            description="Choose the type of resource with which to associate the Elastic IP address."
          >
            <RadioGroup
              value={kind}
              items={[
                { value: "instance", label: "Instance" },
                { value: "interface", label: "Network interface" },
              ]}
              onChange={({ detail }) => {
                setKind(detail.value as Kind);
                choose("");
              }}
            />
          </FormField>
          <Alert type="warning">
            If an instance already has an Elastic IP address, it is disassociated from it, but stays yours. A
            public address that the instance got at its launch is given up.
          </Alert>
          <ResourceSelect
            label={kind === "instance" ? "Instance" : "Network interface"}
            things="resources"
            reading={kind === "instance" ? instances : interfaces}
            options={options}
            chosen={resource}
            choose={choose}
            placeholder={kind === "instance" ? "Choose an instance" : "Choose a network interface"}
            empty="There are none in this Region"
            problem={problems.resource}
          />
          <FormField
            label="Private IP address"
            description="The private IP address with which to associate the Elastic IP address."
          >
            <Select
              selectedOption={addresses.find((it) => it.value === privateIp) ?? null}
              placeholder="Choose a private IP address"
              empty="Choose a resource first"
              options={addresses}
              onChange={({ detail }) => setPrivateIp(detail.selectedOption.value ?? "")}
            />
          </FormField>
          <FormField
            label="Reassociation"
            description="Whether the Elastic IP address may be taken from another resource that it is associated with."
          >
            <Checkbox checked={mayReassociate} onChange={({ detail }) => setMayReassociate(detail.checked)}>
              Allow this Elastic IP address to be reassociated
            </Checkbox>
          </FormField>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

function fieldOf({ code }: Failure) {
  const isAboutIt = /^(InvalidInstance|InvalidNetworkInterface|Gateway|IncorrectInstance)/.test(code);
  return isAboutIt ? "resource" : undefined;
}
