import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

interface Props {
  label: string;
  description?: string;
  constraint?: string;
  placeholder?: string;
  value: string;
  change: (value: string) => void;
  problem: string | undefined;
}

/** A field for a line of text, such as a name that is no tag. */
export function TextField({ label, description, constraint, placeholder, value, change, problem }: Props) {
  return (
    <FormField label={label} description={description} constraintText={constraint} errorText={problem}>
      <Input value={value} placeholder={placeholder} onChange={({ detail }) => change(detail.value)} />
    </FormField>
  );
}
