import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

interface Props {
  label: string;
  description?: string;
  constraint: string;
  value: string;
  change: (value: string) => void;
  problem: string | undefined;
}

/** A field for a name that is not a tag: it names a thing for good. */
export function NamedField({ label, description, constraint, value, change, problem }: Props) {
  return (
    <FormField label={label} description={description} constraintText={constraint} errorText={problem}>
      <Input value={value} onChange={({ detail }) => change(detail.value)} />
    </FormField>
  );
}

/** What IAM's names are made of. */
export function iamName(max: number): string {
  return `Maximum ${max} characters. Use alphanumeric and '+=,.@-_' characters.`;
}
