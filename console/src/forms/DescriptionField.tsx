import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";

interface Props {
  label: string;
  /** What is described: `policy`. */
  of: string;
  value: string;
  change: (value: string) => void;
  problem: string | undefined;
}

/** A field for what something of IAM is there for. */
export function DescriptionField({ label, of, value, change, problem }: Props) {
  return (
    <FormField
      label={label}
      description={`Add a short explanation for this ${of}.`}
      constraintText="Maximum 1,000 characters."
      errorText={problem}
    >
      <Textarea value={value} rows={2} onChange={({ detail }) => change(detail.value)} />
    </FormField>
  );
}
