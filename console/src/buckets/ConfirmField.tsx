import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";

interface Props {
  label: string;
  word: string;
  typed: string;
  type: (typed: string) => void;
}

/** Has a word typed before something is lost, on a page. */
export function ConfirmField({ label, word, typed, type }: Props) {
  return (
    <FormField label={label}>
      <Input value={typed} placeholder={word} onChange={({ detail }) => type(detail.value)} />
    </FormField>
  );
}
