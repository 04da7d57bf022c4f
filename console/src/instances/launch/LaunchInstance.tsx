import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import type { Failure } from "../../clients/failure";
import { FormPage } from "../../forms/FormPage";
import { NameField } from "../../forms/NameField";
import { useProblems } from "../../forms/problems";
import { TagsEditor } from "../../forms/TagsEditor";
import { useRegion } from "../../frame/places";
import { go, href } from "../../frame/route";
import { useSecurityGroups } from "../../security_groups/read";
import { useSubnets } from "../../subnets/read";
import { useVpcs } from "../../vpcs/read";
import { firstType, InstanceTypeSelect, useInstanceTypes } from "../InstanceTypeSelect";
import { linesOf, QUICK_STARTS, useImages } from "../images";
import { AdvancedSection } from "./AdvancedSection";
import { ImageSection } from "./ImageSection";
import { KeyPairSection } from "./KeyPairSection";
import { NetworkSection } from "./NetworkSection";
import { launch } from "./request";
import { StorageSection } from "./StorageSection";
import { Summary } from "./Summary";
import {
  BEGINNING,
  firstSubnet,
  firstVpc,
  freeGroupName,
  hasPublicAddress,
  type LaunchField,
  type LaunchSettings,
  problemsOf,
  type Said,
} from "./settings";

/** Launch an instance: one long page, with the summary at its side. */
export default function LaunchInstance() {
  const region = useRegion();
  const [said, setSaid] = useState(BEGINNING);
  const [now] = useState(() => new Date());
  const settings = useBeginning(region, said, now);
  const { problems, show, place } = useProblems(fieldOf);
  const [isChecked, setChecked] = useState(false);
  const [hasTags, setHasTags] = useState(false);
  const images = useImages(region).data ?? [];
  const groups = useSecurityGroups(region).data ?? [];
  const vpc = useVpcs(region).data?.find((it) => it.VpcId === settings.vpc);
  const subnet = useSubnets(region).data?.find((it) => it.SubnetId === settings.subnet);
  const image = images.find((it) => it.ImageId === settings.image);
  const set = (part: Partial<LaunchSettings>) => setSaid((before) => ({ ...before, ...part }));
  const section = { settings, set, problems };
  const submit = async () => {
    const launched = await launch(region, settings, hasPublicAddress(settings, vpc, subnet));
    const query: Record<string, string> = { ids: launched.instances.join(",") };
    if (launched.group) query.group = launched.group;
    go(href(region, ["instances", "launched"], query));
  };
  return (
    <FormPage
      above={[{ text: "Instances", path: ["instances"] }]}
      title="Launch an instance"
      description="Amazon EC2 allows you to create virtual machines, or instances, that run on the cloud. Quickly get started by following the simple steps below."
      button="Launch instance"
      cancel={href(region, ["instances"])}
      check={() => {
        setChecked(true);
        return show(problemsOf(settings));
      }}
      place={place}
      submit={submit}
      isWide
      aside={(buttons) => <Summary {...section} image={image} groups={groups} buttons={buttons} />}
    >
      <Container
        header={
          <Header
            variant="h2"
            actions={
              hasTags ? undefined : (
                <Button formAction="none" onClick={() => setHasTags(true)}>
                  Add additional tags
                </Button>
              )
            }
          >
            Name and tags
          </Header>
        }
      >
        <NameField
          label="Name"
          placeholder="e.g. My Web Server"
          tags={settings.tags}
          change={(tags) => set({ tags })}
        />
      </Container>
      {hasTags && <TagsEditor tags={settings.tags} change={(tags) => set({ tags })} />}
      <ImageSection {...section} />
      <Container header={<Header variant="h2">Instance type</Header>}>
        <InstanceTypeSelect
          label="Instance type"
          architecture={image?.Architecture}
          type={settings.type}
          choose={(type) => set({ type })}
          problem={problems.type}
        />
      </Container>
      <KeyPairSection {...section} />
      <NetworkSection {...section} isChecked={isChecked} />
      <StorageSection {...section} image={image} />
      <AdvancedSection {...section} />
    </FormPage>
  );
}

/** What is said, with what the wizard begins with where nothing was said yet. */
function useBeginning(region: string, said: Said, now: Date): LaunchSettings {
  const images = useImages(region).data ?? [];
  const types = useInstanceTypes(region).data ?? [];
  const groups = useSecurityGroups(region).data;
  const vpcs = useVpcs(region).data ?? [];
  const subnets = useSubnets(region).data ?? [];
  const [first] = QUICK_STARTS;
  const image = said.image || (first && linesOf(images, first)[0]?.images[0]?.ImageId) || "";
  const architecture = images.find((it) => it.ImageId === image)?.Architecture;
  const isKnown = types.some(
    (it) =>
      it.InstanceType === said.type &&
      it.ProcessorInfo?.SupportedArchitectures?.some((one) => one === architecture),
  );
  const vpc = said.vpc || firstVpc(vpcs);
  const groupName = said.groupName ?? (groups ? freeGroupName(groups) : "");
  return {
    ...said,
    image,
    type: isKnown ? said.type : firstType(types, architecture),
    vpc,
    subnet: said.vpc
      ? said.subnet
      : firstSubnet(
          vpcs.find((it) => it.VpcId === vpc),
          subnets,
        ),
    groupName,
    groupDescription: said.groupDescription ?? `${groupName} created ${now.toISOString()}`,
  };
}

/** The field that a refusal is about. */
function fieldOf({ code, message }: Failure): LaunchField | undefined {
  if (code.startsWith("InvalidAMI")) return "image";
  if (code.startsWith("InvalidKeyPair")) return "keyPair";
  if (code.startsWith("InvalidGroup.Duplicate") || message.includes("GroupName")) return "groupName";
  if (message.includes("GroupDescription")) return "groupDescription";
  if (code.startsWith("InvalidSubnet") || code === "InsufficientFreeAddressesInSubnet") return "subnet";
  if (code.startsWith("InvalidIPAddress") || message.includes("privateIpAddress")) return "privateAddress";
  if (message.toLowerCase().includes("userdata") || message.includes("User data")) return "userData";
  if (message.includes("iamInstanceProfile")) return "profile";
  if (code === "InstanceLimitExceeded" || code === "VcpuLimitExceeded") return "count";
  return code.startsWith("InvalidVolume") || code === "InvalidBlockDeviceMapping" ? "volumes" : undefined;
}
