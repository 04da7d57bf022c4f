import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { countOf } from "../../forms/cidr";
import { FormPage } from "../../forms/FormPage";
import { TagsEditor } from "../../forms/TagsEditor";
import { useRegion } from "../../frame/places";
import { href } from "../../frame/route";
import { ResourceMap } from "../../resource_map/ResourceMap";
import { useAvailabilityZones } from "../../subnets/read";
import { ResourcesToCreate } from "../ResourcesToCreate";
import { graphOf, type PlannedSubnet, planOf } from "./plan";
import { canHaveNat, DEFAULTS, problemsOf, type Settings, ZONES_MAX, zonesOf } from "./settings";
import { type Step, stepsOf } from "./steps";
import { Workflow } from "./Workflow";

const TENANCIES = [
  { value: "default", label: "Default" },
  { value: "dedicated", label: "Dedicated" },
];

/** Create VPC, "VPC and more": a whole network from one form, drawn while it is filled in. */
export default function CreateVpcAndMore() {
  const region = useRegion();
  const zonesOfRegion = useAvailabilityZones(region).data ?? [];
  const offered = zonesOfRegion.flatMap((it) => it.ZoneName ?? []).sort();
  const [settings, setSettings] = useState(DEFAULTS);
  const [isChecked, setChecked] = useState(false);
  const [steps, setSteps] = useState<Step[]>();
  const zones = zonesOf(settings, offered);
  const plan = planOf(settings, zones);
  const found = problemsOf(settings, zones, plan.subnets);
  const problems = isChecked ? found : {};
  const set = (part: Partial<Settings>) => setSettings({ ...settings, ...part });
  const check = () => {
    setChecked(true);
    return Object.keys(found).length === 0;
  };
  const submit = async () => setSteps(stepsOf(region, plan, settings));
  if (steps) return <Workflow steps={steps} />;
  const field: FieldProps = { settings, set, problems };
  return (
    <FormPage
      above={[{ text: "Your VPCs", path: ["vpcs"] }]}
      title="Create VPC"
      description="A VPC is an isolated portion of the cloud, populated by what you put into it."
      button="Create VPC"
      cancel={href(region, ["vpcs"])}
      submit={submit}
      check={check}
      isDisabled={offered.length === 0}
      isWide
    >
      <Grid gridDefinition={[{ colspan: { default: 12, s: 4 } }, { colspan: { default: 12, s: 8 } }]}>
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">VPC settings</Header>}>
            <SpaceBetween size="l">
              <ResourcesToCreate mode="more" />
              <NameField {...field} />
              <AddressFields {...field} />
              <ZoneFields {...field} offered={offered} zones={zones} />
              <SubnetFields {...field} zoneCount={zones.length} subnets={plan.subnets} />
              <ConnectionFields {...field} />
              <DnsField {...field} />
            </SpaceBetween>
          </Container>
          <TagsEditor tags={settings.tags} change={(tags) => set({ tags })} />
        </SpaceBetween>
        <Container>
          <ResourceMap title="Preview" graph={graphOf(plan, settings)} />
        </Container>
      </Grid>
    </FormPage>
  );
}

interface FieldProps {
  settings: Settings;
  set: (part: Partial<Settings>) => void;
  problems: Record<string, string>;
}

function NameField({ settings: { isNamed, project }, set }: FieldProps) {
  return (
    <FormField
      label="Name tag auto-generation"
      description="The value that the tag Name of every resource begins with."
    >
      <SpaceBetween size="xs">
        <Checkbox checked={isNamed} onChange={({ detail }) => set({ isNamed: detail.checked })}>
          Auto-generate
        </Checkbox>
        <Input
          value={project}
          disabled={!isNamed}
          ariaLabel="Name tag"
          onChange={({ detail }) => set({ project: detail.value })}
        />
      </SpaceBetween>
    </FormField>
  );
}

function AddressFields({ settings: { cidr, hasIpv6, tenancy }, set, problems }: FieldProps) {
  return (
    <SpaceBetween size="l">
      <FormField
        label="IPv4 CIDR block"
        description="The addresses of the VPC, in CIDR notation."
        constraintText={`${countOf(cidr)}. CIDR block size must be between /16 and /28.`}
        errorText={problems.cidr}
      >
        <Input value={cidr} onChange={({ detail }) => set({ cidr: detail.value, blocks: {} })} />
      </FormField>
      <FormField label="IPv6 CIDR block">
        <RadioGroup
          value={hasIpv6 ? "amazon" : "none"}
          onChange={({ detail }) => set({ hasIpv6: detail.value === "amazon" })}
          items={[
            { value: "none", label: "No IPv6 CIDR block" },
            { value: "amazon", label: "Amazon-provided IPv6 CIDR block" },
          ]}
        />
      </FormField>
      <FormField label="Tenancy">
        <Select
          selectedOption={TENANCIES.find((it) => it.value === tenancy) ?? null}
          options={TENANCIES}
          onChange={({ detail }) =>
            set({ tenancy: detail.selectedOption.value === "dedicated" ? "dedicated" : "default" })
          }
        />
      </FormField>
    </SpaceBetween>
  );
}

const ORDINALS = ["First", "Second", "Third"];

function ZoneFields(props: FieldProps & { offered: string[]; zones: string[] }) {
  const { settings, set, problems, offered, zones } = props;
  const counts = offered.slice(0, ZONES_MAX).map((_, at) => at + 1);
  return (
    <SpaceBetween size="l">
      <Choice
        label="Number of Availability Zones (AZs)"
        description="Choose the number of zones in which subnets are to be. Two at least keep running if one fails."
        chosen={zones.length}
        of={counts}
        choose={(zoneCount) => set({ zoneCount, blocks: {} })}
      />
      <ExpandableSection headerText="Customize AZs" defaultExpanded={false}>
        <SpaceBetween size="s">
          {zones.map((zone, at) => (
            <FormField
              key={ORDINALS[at]}
              label={`${ORDINALS[at]} availability zone`}
              errorText={at === 0 ? problems.zones : undefined}
            >
              <Select
                selectedOption={{ value: zone, label: zone }}
                options={offered.map((value) => ({ value, label: value }))}
                onChange={({ detail }) =>
                  set({ zones: { ...settings.zones, [at]: detail.selectedOption.value ?? zone } })
                }
              />
            </FormField>
          ))}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}

function SubnetFields(props: FieldProps & { zoneCount: number; subnets: PlannedSubnet[] }) {
  const { settings, set, problems, zoneCount, subnets } = props;
  const isWrong = subnets.some((it) => problems[it.key]);
  const [isOpen, open] = useState(false);
  return (
    <SpaceBetween size="l">
      <Choice
        label="Number of public subnets"
        description="Public subnets are for what must be reachable from the internet, such as web servers."
        chosen={settings.publicPerZone * zoneCount}
        of={[0, zoneCount]}
        choose={(count) => set({ publicPerZone: count / zoneCount })}
      />
      <Choice
        label="Number of private subnets"
        description="Private subnets keep what is in them, such as databases, from the internet."
        chosen={settings.privatePerZone * zoneCount}
        of={[0, zoneCount, 2 * zoneCount]}
        choose={(count) => set({ privatePerZone: count / zoneCount })}
      />
      <ExpandableSection
        headerText="Customize subnets CIDR blocks"
        expanded={isOpen || isWrong}
        onChange={({ detail }) => open(detail.expanded)}
      >
        <SpaceBetween size="s">
          {subnets.map(({ key, isPublic, zone, cidr }) => (
            <FormField
              key={key}
              label={`${isPublic ? "Public" : "Private"} subnet CIDR block in ${zone}`}
              constraintText={countOf(cidr)}
              errorText={problems[key]}
            >
              <Input
                value={cidr}
                onChange={({ detail }) => set({ blocks: { ...settings.blocks, [key]: detail.value } })}
              />
            </FormField>
          ))}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}

function ConnectionFields({ settings, set }: FieldProps) {
  const isPossible = canHaveNat(settings);
  const nats = [
    { id: "none", text: "None" },
    { id: "one", text: "In 1 AZ", disabled: !isPossible },
    { id: "each", text: "1 per AZ", disabled: !isPossible },
  ];
  return (
    <SpaceBetween size="l">
      <FormField
        label="NAT gateways ($)"
        description={
          isPossible
            ? "Choose in how many zones there are to be NAT gateways, by which private subnets reach the internet."
            : "A NAT gateway needs a public subnet to be in, and a private one to work for."
        }
      >
        <SegmentedControl
          label="NAT gateways ($)"
          selectedId={isPossible ? settings.nat : "none"}
          options={nats}
          onChange={({ detail }) => set({ nat: detail.selectedId as Settings["nat"] })}
        />
      </FormField>
      {settings.hasIpv6 && (
        <FormField
          label="Egress only internet gateway"
          description="By it private subnets reach the internet over IPv6, and nobody reaches them."
        >
          <SegmentedControl
            label="Egress only internet gateway"
            selectedId={settings.hasEgressOnly ? "yes" : "no"}
            options={[
              { id: "no", text: "No" },
              { id: "yes", text: "Yes" },
            ]}
            onChange={({ detail }) => set({ hasEgressOnly: detail.selectedId === "yes" })}
          />
        </FormField>
      )}
      <FormField
        label="VPC endpoints"
        description="By an endpoint for S3 private subnets reach it without a NAT gateway."
      >
        <SegmentedControl
          label="VPC endpoints"
          selectedId={settings.endpoint}
          options={[
            { id: "none", text: "None" },
            { id: "s3", text: "S3 Gateway" },
          ]}
          onChange={({ detail }) => set({ endpoint: detail.selectedId as Settings["endpoint"] })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function DnsField({ settings: { dnsHostnames, dnsResolution }, set, problems }: FieldProps) {
  return (
    <FormField label="DNS options" errorText={problems.dns}>
      <Checkbox checked={dnsHostnames} onChange={({ detail }) => set({ dnsHostnames: detail.checked })}>
        Enable DNS hostnames
      </Checkbox>
      <Checkbox checked={dnsResolution} onChange={({ detail }) => set({ dnsResolution: detail.checked })}>
        Enable DNS resolution
      </Checkbox>
    </FormField>
  );
}

interface ChoiceProps {
  label: string;
  description: string;
  chosen: number;
  of: number[];
  choose: (count: number) => void;
}

/** A field that chooses one of few numbers. */
function Choice({ label, description, chosen, of, choose }: ChoiceProps) {
  return (
    <FormField label={label} description={description}>
      <SegmentedControl
        label={label}
        selectedId={String(chosen)}
        options={of.map((count) => ({ id: String(count), text: String(count) }))}
        onChange={({ detail }) => choose(Number(detail.selectedId))}
      />
    </FormField>
  );
}
