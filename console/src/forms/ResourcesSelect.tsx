import FormField from "@cloudscape-design/components/form-field";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";
import { sentence } from "../clients/failure";
import { isAwaited, type Rows } from "../clients/reading";
import { RefreshButton } from "../resources/RefreshButton";

interface Props {
  label: string;
  description?: string | undefined;
  /** What is chosen from, as the button that reads it again says: `security groups`. */
  things: string;
  reading: Rows;
  options: MultiselectProps.Option[];
  /** Those that are chosen. */
  selected: MultiselectProps.Option[];
  /** Hears the identifiers. */
  choose: (ids: string[]) => void;
  placeholder: string;
  /** What stands there where there is none. */
  empty: string;
  problem?: string | undefined;
}

/** A field that chooses several resources, with a button that reads them again. */
export function ResourcesSelect(props: Props) {
  const { label, description, things, reading, options, selected, choose, placeholder, empty, problem } =
    props;
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem ?? (reading.failure && sentence(reading.failure))}
      secondaryControl={<RefreshButton label={`Refresh ${things}`} reading={reading} />}
    >
      <Multiselect
        selectedOptions={selected}
        placeholder={placeholder}
        filteringType="auto"
        empty={empty}
        statusType={isAwaited(reading) ? "loading" : "finished"}
        options={options}
        deselectAriaLabel={(it) => `Remove ${it.label}`}
        onChange={({ detail }) => choose(detail.selectedOptions.flatMap((it) => it.value ?? []))}
      />
    </FormField>
  );
}
