import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { RETENTIONS } from "./retention";

interface Props {
  label: string;
  /** `never`, or days. */
  retention: string;
  choose: (retention: string) => void;
}

/** For how long events are kept. */
export function RetentionField({ label, retention, choose }: Props) {
  return (
    <FormField label={label}>
      <Select
        selectedOption={RETENTIONS.find((it) => it.value === retention) ?? null}
        options={RETENTIONS}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? retention)}
      />
    </FormField>
  );
}
