import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import { sentence } from "../clients/failure";
import { useRegion } from "../frame/places";
import { useLogGroups } from "./read";

interface Props {
  label: string;
  description: string;
  /** How many can be chosen. */
  max: number;
  groups: string[];
  choose: (groups: string[]) => void;
  problem?: string | undefined;
}

/** A field that chooses log groups, with a button that reads them again. */
export function LogGroupsSelect({ label, description, max, groups, choose, problem }: Props) {
  const reading = useLogGroups(useRegion());
  const options = (reading.data ?? []).map(({ logGroupName = "" }) => option(logGroupName));
  return (
    <FormField
      label={label}
      description={description}
      errorText={problem ?? (reading.failure && sentence(reading.failure))}
      info={
        <Button
          variant="inline-icon"
          iconName="refresh"
          ariaLabel="Refresh log groups"
          loading={reading.isLoading}
          onClick={reading.refresh}
        />
      }
    >
      <Multiselect
        selectedOptions={groups.map(option)}
        placeholder={`Select up to ${max} log groups`}
        filteringType="auto"
        empty="No log groups in this Region"
        statusType={reading.isLoading && !reading.data ? "loading" : "finished"}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOptions.map((it) => it.value ?? "").slice(0, max))}
      />
    </FormField>
  );
}

function option(name: string) {
  return { value: name, label: name };
}
