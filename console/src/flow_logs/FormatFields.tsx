import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { DEFAULT_FIELDS, ECS_FIELDS, FIELDS, formatOf } from "./format";

interface Props {
  isCustom: boolean;
  setCustom: (isCustom: boolean) => void;
  /** The chosen fields, in the order that records will have them. */
  fields: string[];
  choose: (fields: string[]) => void;
  problem: string | undefined;
}

/** Which fields records have: AWS's default, or those that are chosen. */
export function FormatFields({ isCustom, setCustom, fields, choose, problem }: Props) {
  const metadata = fields.filter((it) => ECS_FIELDS.includes(it));
  const attributes = fields.filter((it) => !ECS_FIELDS.includes(it));
  return (
    <SpaceBetween size="l">
      <FormField label="Log record format" description="Which fields a flow log record has.">
        <RadioGroup
          value={isCustom ? "custom" : "default"}
          onChange={({ detail }) => setCustom(detail.value === "custom")}
          items={[
            { value: "default", label: "AWS default format" },
            { value: "custom", label: "Custom format" },
          ]}
        />
      </FormField>
      {isCustom && (
        <SpaceBetween size="l">
          <FormField
            label="Log attributes"
            description="Records have them in the order in which they are chosen."
            errorText={problem}
          >
            <Multiselect
              selectedOptions={attributes.map(option)}
              placeholder="Select attributes"
              filteringType="auto"
              options={FIELDS.map(({ version, names }) => ({
                label: `Version ${version}`,
                options: names.map(option),
              }))}
              onChange={({ detail }) => choose([...detail.selectedOptions.map(nameOf), ...metadata])}
            />
          </FormField>
          <FormField
            label="Additional metadata – optional"
            description="Fields of ECS tasks. No interface here has one: they are “-” in every record."
          >
            <Multiselect
              selectedOptions={metadata.map(option)}
              placeholder="Select metadata"
              filteringType="auto"
              options={ECS_FIELDS.map(option)}
              onChange={({ detail }) => choose([...attributes, ...detail.selectedOptions.map(nameOf)])}
            />
          </FormField>
        </SpaceBetween>
      )}
      <FormField label="Format preview">
        <Box variant="code">
          {formatOf(isCustom ? fields : DEFAULT_FIELDS) || "No attribute is chosen yet."}
        </Box>
      </FormField>
    </SpaceBetween>
  );
}

function option(name: string) {
  return { value: name, label: name };
}

function nameOf({ value }: { value?: string }): string {
  return value ?? "";
}
