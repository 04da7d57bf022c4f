import Autosuggest, { type AutosuggestProps } from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import type { ReactNode } from "react";
import { sentence } from "../clients/failure";
import { isAwaited, type Rows } from "../clients/reading";
import { RefreshButton } from "../resources/RefreshButton";

interface Props {
  label: string;
  description: ReactNode;
  /** What is suggested, as the button that reads it again says: `log groups`. */
  things: string;
  reading: Rows;
  options: AutosuggestProps.Option[];
  value: string;
  choose: (value: string) => void;
  placeholder: string;
  /** What stands there where there is none. */
  empty: string;
  problem: string | undefined;
}

/** A field for a name: one of those that there are, or another that is typed; with a button that reads them again. */
export function SuggestField(props: Props) {
  const { label, description, things, reading, options, value, choose, placeholder, empty, problem } = props;
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem}
      warningText={
        reading.failure && `Type a name: the ${things} could not be listed. ${sentence(reading.failure)}`
      }
      secondaryControl={<RefreshButton label={`Refresh ${things}`} reading={reading} />}
    >
      <Autosuggest
        value={value}
        placeholder={placeholder}
        enteredTextLabel={(text) => `Use "${text}"`}
        empty={empty}
        statusType={isAwaited(reading) ? "loading" : "finished"}
        loadingText={`Loading ${things}`}
        options={options}
        onChange={({ detail }) => choose(detail.value)}
      />
    </FormField>
  );
}
