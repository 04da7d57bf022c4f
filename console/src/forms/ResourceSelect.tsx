import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import { sentence } from "../clients/failure";
import { isAwaited, type Rows } from "../clients/reading";
import { RefreshButton } from "../resources/RefreshButton";

interface Props {
  label: string;
  description?: string | undefined;
  /** What is chosen from, as the button that reads it again says: `VPCs`. */
  things: string;
  reading: Rows;
  options: SelectProps.Option[];
  /** The identifier of the chosen one. */
  chosen: string;
  choose: (id: string) => void;
  placeholder: string;
  /** What stands there where there is none. */
  empty: string;
  problem?: string | undefined;
}

/** A field that chooses a resource, with a button that reads them again. */
export function ResourceSelect(props: Props) {
  const { label, description, things, reading, options, chosen, choose, placeholder, empty, problem } = props;
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem ?? (reading.failure && sentence(reading.failure))}
      secondaryControl={<RefreshButton label={`Refresh ${things}`} reading={reading} />}
    >
      <Select
        selectedOption={options.find((it) => it.value === chosen) ?? null}
        placeholder={placeholder}
        filteringType="auto"
        empty={empty}
        statusType={isAwaited(reading) ? "loading" : "finished"}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
