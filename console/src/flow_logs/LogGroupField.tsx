import Autosuggest from "@cloudscape-design/components/autosuggest";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import { useRegion } from "../frame/places";
import { useLogGroups } from "../log_groups/read";

interface Props {
  group: string;
  choose: (group: string) => void;
  problem: string | undefined;
}

/** The log group that records go to: one that there is, or one that flow logs make. */
export function LogGroupField({ group, choose, problem }: Props) {
  const groups = useLogGroups(useRegion());
  return (
    <FormField
      label="Destination log group"
      description="Choose a log group, or type a new one's name: it is created with the first records."
      errorText={problem}
      secondaryControl={
        <Button
          iconName="refresh"
          ariaLabel="Refresh log groups"
          formAction="none"
          loading={groups.isLoading}
          onClick={groups.refresh}
        />
      }
    >
      <Autosuggest
        value={group}
        placeholder="Select or type a log group"
        enteredTextLabel={(text) => `Use "${text}"`}
        empty="No log groups yet: type a name"
        statusType={groups.isLoading && !groups.data ? "loading" : "finished"}
        loadingText="Loading log groups"
        options={(groups.data ?? []).map(({ logGroupName = "" }) => ({ value: logGroupName }))}
        onChange={({ detail }) => choose(detail.value)}
      />
    </FormField>
  );
}
