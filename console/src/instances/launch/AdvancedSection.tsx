import Checkbox from "@cloudscape-design/components/checkbox";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { ResourceSelect } from "../../forms/ResourceSelect";
import { NOT_THERE_YET } from "../../resources/noun";
import { profileOption, useInstanceProfiles } from "../profiles";
import {
  type Advanced,
  type AdvancedSelect,
  BEFORE_METADATA,
  HOSTNAME_TYPE,
  METADATA_TAGS,
  OF_METADATA,
} from "./advanced";
import type { SectionProps } from "./fields";

/** Advanced details: what most launches leave as it is. */
export function AdvancedSection({ settings, set, problems }: SectionProps) {
  const { advanced } = settings;
  const change = (part: Partial<Advanced>) => set({ advanced: { ...advanced, ...part } });
  const field = { advanced, change };
  const isRefused = Boolean(problems.profile || problems.userData);
  return (
    <ExpandableSection variant="container" headerText="Advanced details" defaultExpanded={isRefused}>
      <SpaceBetween size="l">
        <FormField label="Domain join directory" description={NOT_THERE_YET}>
          <Select selectedOption={null} placeholder="Select" disabled options={[]} />
        </FormField>
        <ProfileField {...field} problem={problems.profile} />
        <OneOf {...field} of={HOSTNAME_TYPE} />
        {advanced.hostnameType && (
          <FormField label="DNS Hostname">
            <SpaceBetween size="xs">
              <Checkbox
                checked={advanced.answersA}
                onChange={({ detail }) => change({ answersA: detail.checked })}
              >
                Enable resource-based IPv4 (A record) DNS requests
              </Checkbox>
              <Checkbox
                checked={advanced.answersAaaa}
                onChange={({ detail }) => change({ answersAaaa: detail.checked })}
              >
                Enable resource-based IPv6 (AAAA record) DNS requests
              </Checkbox>
            </SpaceBetween>
          </FormField>
        )}
        {BEFORE_METADATA.map((it) => (
          <OneOf key={it.field} {...field} of={it} />
        ))}
        {OF_METADATA.map((it) => (
          <OneOf key={it.field} {...field} of={it} />
        ))}
        <FormField
          label="Metadata response hop limit"
          description="Over how many hops an answer goes: 1 to 64."
        >
          <Input
            value={advanced.hopLimit}
            type="number"
            placeholder="2"
            onChange={({ detail }) => change({ hopLimit: detail.value })}
          />
        </FormField>
        <OneOf {...field} of={METADATA_TAGS} />
        <FormField
          label="User data – optional"
          description="Upload a file with your user data or enter it in the field. A script that begins with #! is run at the first start."
          stretch
          errorText={problems.userData}
        >
          <Textarea
            value={advanced.userData}
            rows={8}
            placeholder="Enter user data in the field"
            onChange={({ detail }) => change({ userData: detail.value })}
          />
        </FormField>
        <Checkbox checked={advanced.isBase64} onChange={({ detail }) => change({ isBase64: detail.checked })}>
          User data has already been base64 encoded
        </Checkbox>
      </SpaceBetween>
    </ExpandableSection>
  );
}

interface FieldProps {
  advanced: Advanced;
  change: (part: Partial<Advanced>) => void;
}

/** The section is closed at first, and only who opens it needs IAM. */
function ProfileField({ advanced, change, problem }: FieldProps & { problem: string | undefined }) {
  const profiles = useInstanceProfiles();
  return (
    <ResourceSelect
      label="IAM instance profile"
      description="The role whose credentials the instance has."
      things="IAM instance profiles"
      reading={profiles}
      options={[{ value: "", label: "None" }, ...(profiles.data ?? []).map(profileOption)]}
      chosen={advanced.profile}
      choose={(profile) => change({ profile })}
      placeholder="Select"
      empty="There are no instance profiles"
      problem={problem}
    />
  );
}

function OneOf({ advanced, change, of }: FieldProps & { of: AdvancedSelect }) {
  const options = [{ value: "", label: "Select" }, ...of.options];
  return (
    <FormField label={of.label}>
      <Select
        selectedOption={options.find((it) => it.value === advanced[of.field]) ?? null}
        options={options}
        onChange={({ detail }) => change({ [of.field]: detail.selectedOption.value ?? "" })}
      />
    </FormField>
  );
}
