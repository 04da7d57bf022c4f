import { useRegion } from "../frame/places";
import { groupTitle, useSecurityGroups } from "../security_groups/read";
import { ChoiceTable } from "../table/ChoiceTable";

interface Props {
  vpc: string;
  chosen: string[];
  choose: (groups: string[]) => void;
}

/** Which security groups an interface endpoint's interfaces are to have. */
export function SecurityGroupsChoice({ vpc, chosen, choose }: Props) {
  const groups = useSecurityGroups(useRegion());
  const own = (groups.data ?? []).filter((it) => it.VpcId === vpc);
  return (
    <ChoiceTable
      title="Security groups"
      description="They say who reaches the endpoint. If you select none, it has the VPC's default group."
      things="security groups"
      items={own}
      reading={groups}
      id={(it) => it.GroupId ?? ""}
      name={groupTitle}
      columns={[
        { header: "Group ID", cell: (it) => it.GroupId },
        { header: "Group name", cell: (it) => it.GroupName },
        { header: "Description", cell: (it) => it.Description },
      ]}
      empty="Select a VPC first"
      chosen={chosen}
      choose={choose}
    />
  );
}
