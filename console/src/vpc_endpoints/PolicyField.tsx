import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

interface Props {
  isCustom: boolean;
  setCustom: (isCustom: boolean) => void;
  document: string;
  change: (document: string) => void;
  problem: string | undefined;
}

/** Full access, or what the document allows. */
export function PolicyField({ isCustom, setCustom, document, change, problem }: Props) {
  return (
    <SpaceBetween size="m">
      <RadioGroup
        ariaLabel="Policy"
        value={isCustom ? "custom" : "full"}
        onChange={({ detail }) => setCustom(detail.value === "custom")}
        items={[
          {
            value: "full",
            label: "Full access",
            description:
              "Whoever is in the VPC can ask the service for everything that their own policies allow.",
          },
          { value: "custom", label: "Custom", description: "What this document allows, and nothing else." },
        ]}
      />
      {isCustom && (
        <FormField label="Policy document" errorText={problem} stretch>
          <Textarea
            value={document}
            rows={16}
            spellcheck={false}
            onChange={({ detail }) => change(detail.value)}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}
