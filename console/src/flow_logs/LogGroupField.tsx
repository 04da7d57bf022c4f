import { SuggestField } from "../forms/SuggestField";
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
    <SuggestField
      label="Destination log group"
      description="Choose a log group, or type a new one's name: it is created with the first records."
      things="log groups"
      reading={groups}
      options={(groups.data ?? []).map(({ logGroupName = "" }) => ({ value: logGroupName }))}
      value={group}
      choose={choose}
      placeholder="Select or type a log group"
      empty="No log groups yet: type a name"
      problem={problem}
    />
  );
}
