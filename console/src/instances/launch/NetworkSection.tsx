import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { ResourceSelect } from "../../forms/ResourceSelect";
import { SecurityGroupsField } from "../../forms/SecurityGroupsField";
import { useRegion } from "../../frame/places";
import { href } from "../../frame/route";
import { Details } from "../../resources/Details";
import { nameIn } from "../../resources/names";
import { letsEverybodyIn } from "../../security_groups/rules";
import { ipv6Block, useSubnets } from "../../subnets/read";
import { useVpcs, vpcName } from "../../vpcs/read";
import { CommonRules } from "./CommonRules";
import type { SectionProps } from "./fields";
import { RulesFields } from "./RulesFields";
import { firstSubnet, hasPublicAddress } from "./settings";

const PUBLIC = [
  { value: "enable", label: "Enable" },
  { value: "disable", label: "Disable" },
];

/** Network settings: a summary with what most people change, or after Edit all that there is. */
export function NetworkSection(props: SectionProps & { isChecked: boolean }) {
  const [isEdited, setEdited] = useState(false);
  const { problems } = props;
  const isRefused = Boolean(
    problems.vpc || problems.subnet || problems.groupName || problems.rules || problems.privateAddress,
  );
  const isOpen = isEdited || isRefused;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            isOpen ? undefined : (
              <Button formAction="none" ariaLabel="Edit network settings" onClick={() => setEdited(true)}>
                Edit
              </Button>
            )
          }
        >
          Network settings
        </Header>
      }
    >
      <SpaceBetween size="l">
        {isOpen ? <NetworkFields {...props} /> : <NetworkSummary {...props} />}
        <Firewall {...props} isOpen={isOpen} />
      </SpaceBetween>
    </Container>
  );
}

/** What the VPC and the subnet are, for what is shown of them. */
function useNetwork({ settings }: Pick<SectionProps, "settings">) {
  const region = useRegion();
  const vpcs = useVpcs(region);
  const subnets = useSubnets(region);
  const vpc = vpcs.data?.find((it) => it.VpcId === settings.vpc);
  const subnet = subnets.data?.find((it) => it.SubnetId === settings.subnet);
  return { region, vpcs, subnets, vpc, subnet };
}

function NetworkSummary(props: SectionProps) {
  const { settings } = props;
  const { vpc, subnet } = useNetwork(props);
  return (
    <Details
      fields={[
        { label: "Network", value: [settings.vpc, vpc && vpcName(vpc)].filter(Boolean).join(" | ") },
        {
          label: "Subnet",
          value: settings.subnet
            ? [settings.subnet, nameIn(subnet?.Tags)].filter(Boolean).join(" | ")
            : "No preference (Default subnet in any availability zone)",
        },
        {
          label: "Auto-assign public IP",
          value: hasPublicAddress(settings, vpc, subnet) ? "Enable" : "Disable",
        },
      ]}
    />
  );
}

function NetworkFields(props: SectionProps) {
  const { settings, set, problems } = props;
  const { region, vpcs, subnets, vpc, subnet } = useNetwork(props);
  const offered = (subnets.data ?? []).filter((it) => it.VpcId === settings.vpc);
  const isPublic = hasPublicAddress(settings, vpc, subnet) ? "enable" : "disable";
  const hasIpv6Block = subnet !== undefined && ipv6Block(subnet).includes("/");
  return (
    <SpaceBetween size="l">
      <ResourceSelect
        label="VPC – required"
        things="VPCs"
        reading={vpcs}
        options={(vpcs.data ?? []).map((it) => ({
          value: it.VpcId ?? "",
          label: vpcName(it) ? `${it.VpcId} (${vpcName(it)})` : it.VpcId,
          description: it.CidrBlock,
          labelTag: it.IsDefault ? "(default)" : "",
        }))}
        chosen={settings.vpc}
        // Subnets and groups are of one VPC.
        choose={(id) =>
          set({
            vpc: id,
            subnet: firstSubnet(
              vpcs.data?.find((it) => it.VpcId === id),
              subnets.data ?? [],
            ),
            groups: [],
            publicAddress: undefined,
            hasIpv6: false,
          })
        }
        placeholder="Select a VPC"
        empty="No VPCs to choose from"
        problem={problems.vpc}
      />
      <SpaceBetween size="xxs">
        <ResourceSelect
          label="Subnet"
          things="subnets"
          reading={subnets}
          options={[
            ...(vpc?.IsDefault
              ? [
                  {
                    value: "",
                    label: "No preference",
                    description: "A default subnet in any Availability Zone",
                  },
                ]
              : []),
            ...offered.map((it) => ({
              value: it.SubnetId ?? "",
              label: it.SubnetId ?? "",
              labelTag: nameIn(it.Tags),
              description: `VPC: ${it.VpcId}  Owner: ${it.OwnerId}`,
              tags: [
                `Availability Zone: ${it.AvailabilityZone} (${it.AvailabilityZoneId})`,
                "Zone type: Availability Zone",
                `IP addresses available: ${it.AvailableIpAddressCount}`,
                `CIDR: ${it.CidrBlock}`,
              ],
            })),
          ]}
          chosen={settings.subnet}
          // What was said of public addresses was said of another subnet.
          choose={(id) => set({ vpc: settings.vpc, subnet: id, publicAddress: undefined, hasIpv6: false })}
          placeholder="Select a subnet"
          empty="This VPC has no subnets"
          problem={problems.subnet}
        />
        <Link
          href={href(region, ["subnets", "create"])}
          target="_blank"
          external
          externalIconAriaLabel="In a new tab"
        >
          Create new subnet
        </Link>
      </SpaceBetween>
      <FormField label="Auto-assign public IP">
        <Select
          selectedOption={PUBLIC.find((it) => it.value === isPublic) ?? null}
          options={PUBLIC}
          onChange={({ detail }) =>
            set({ publicAddress: detail.selectedOption.value === "enable" ? "enable" : "disable" })
          }
        />
      </FormField>
      {hasIpv6Block && (
        <FormField label="Auto-assign IPv6 IP">
          <Select
            selectedOption={PUBLIC.find((it) => (it.value === "enable") === settings.hasIpv6) ?? null}
            options={PUBLIC}
            onChange={({ detail }) => set({ hasIpv6: detail.selectedOption.value === "enable" })}
          />
        </FormField>
      )}
      <ExpandableSection headerText="Advanced network configuration">
        <FormField
          label="Primary IP"
          description="A private IPv4 address from the subnet's block. Without one, the service chooses."
          errorText={problems.privateAddress}
        >
          <Input
            value={settings.privateAddress}
            placeholder="10.0.0.10"
            onChange={({ detail }) => set({ privateAddress: detail.value })}
          />
        </FormField>
      </ExpandableSection>
    </SpaceBetween>
  );
}

function Firewall(props: SectionProps & { isOpen: boolean; isChecked: boolean }) {
  const { settings, set, problems, isOpen, isChecked } = props;
  const isNew = settings.firewall === "create";
  return (
    <SpaceBetween size="l">
      <FormField
        label="Firewall (security groups)"
        description="A security group is a set of firewall rules that control the traffic for your instance. Add rules to allow specific traffic to reach your instance."
        stretch
      >
        <Tiles
          ariaLabel="Firewall (security groups)"
          value={settings.firewall}
          items={[
            { value: "create", label: "Create security group" },
            { value: "existing", label: "Select existing security group" },
          ]}
          onChange={({ detail }) => set({ firewall: detail.value === "create" ? "create" : "existing" })}
        />
      </FormField>
      {!isNew && (
        <SecurityGroupsField
          label="Common security groups"
          description="Security groups that you add or remove here will be added to or removed from all your network interfaces."
          vpc={settings.vpc}
          chosen={settings.groups}
          choose={(groups) => set({ groups })}
          problem={problems.groups}
        />
      )}
      {isNew && !isOpen && <CommonRules {...props} />}
      {isNew && isOpen && (
        <>
          <FormField label="Security group name – required" errorText={problems.groupName}>
            <Input value={settings.groupName} onChange={({ detail }) => set({ groupName: detail.value })} />
          </FormField>
          <FormField label="Description – required" errorText={problems.groupDescription}>
            <Input
              value={settings.groupDescription}
              onChange={({ detail }) => set({ groupDescription: detail.value })}
            />
          </FormField>
          <RulesFields rows={settings.rules} change={(rules) => set({ rules })} isChecked={isChecked} />
        </>
      )}
      {isNew && settings.rules.some(letsEverybodyIn) && (
        <Alert type="warning">
          Rules with source of 0.0.0.0/0 allow all IP addresses to access your instance. We recommend setting
          security group rules to allow access from known IP addresses only.
        </Alert>
      )}
    </SpaceBetween>
  );
}
