import { useRegion } from "../frame/places";
import { useSecurityGroups } from "../security_groups/read";
import { ResourcesSelect } from "./ResourcesSelect";

interface Props {
  label: string;
  description?: string;
  /** Only the groups of this VPC are offered. */
  vpc: string;
  /** Identifiers. */
  chosen: string[];
  choose: (groups: string[]) => void;
  problem?: string | undefined;
}

/** A field that chooses several security groups of a VPC. */
export function SecurityGroupsField({ label, description, vpc, chosen, choose, problem }: Props) {
  const groups = useSecurityGroups(useRegion());
  const options = (groups.data ?? [])
    .filter((it) => it.VpcId === vpc)
    .map(({ GroupId = "", GroupName = "", VpcId }) => ({
      value: GroupId,
      label: GroupName,
      labelTag: GroupId,
      description: `VPC: ${VpcId}`,
    }));
  return (
    <ResourcesSelect
      label={label}
      description={description}
      things="security groups"
      reading={groups}
      options={options}
      selected={options.filter((it) => chosen.includes(it.value))}
      choose={choose}
      placeholder="Select security groups"
      empty="No security groups in this VPC"
      problem={problem}
    />
  );
}
