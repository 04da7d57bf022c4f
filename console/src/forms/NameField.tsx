import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { nameAmong, type TypedTag, withName } from "./TagsEditor";

interface Props {
  label?: string;
  placeholder: string;
  constraint?: string;
  tags: TypedTag[];
  change: (tags: TypedTag[]) => void;
}

/** The field above all others: what is typed becomes the tag Name. */
export function NameField({ label = "Name – optional", placeholder, constraint, tags, change }: Props) {
  return (
    <FormField
      label={label}
      description="Creates a tag with the key Name and the value that you say."
      constraintText={constraint}
    >
      <Input
        value={nameAmong(tags)}
        placeholder={placeholder}
        onChange={({ detail }) => change(withName(tags, detail.value))}
      />
    </FormField>
  );
}
