import { ResourcesSelect } from "../forms/ResourcesSelect";
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

/** A field that chooses log groups. One that an address names is chosen also before the groups have been read. */
export function LogGroupsSelect({ label, description, max, groups, choose, problem }: Props) {
  const reading = useLogGroups(useRegion());
  return (
    <ResourcesSelect
      label={label}
      description={description}
      things="log groups"
      reading={reading}
      options={(reading.data ?? []).map(({ logGroupName = "" }) => option(logGroupName))}
      selected={groups.map(option)}
      choose={(chosen) => choose(chosen.slice(0, max))}
      placeholder={`Select up to ${max} log groups`}
      empty="No log groups in this Region"
      problem={problem}
    />
  );
}

function option(name: string) {
  return { value: name, label: name };
}
