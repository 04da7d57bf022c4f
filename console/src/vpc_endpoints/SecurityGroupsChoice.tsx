import type { SecurityGroup } from "@aws-sdk/client-ec2";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useRegion } from "../frame/places";
import { useSecurityGroups } from "../security_groups/read";

interface Props {
  vpc: string;
  chosen: string[];
  choose: (groups: string[]) => void;
}

/** Which security groups an interface endpoint's interfaces are to have. */
export function SecurityGroupsChoice({ vpc, chosen, choose }: Props) {
  const groups = useSecurityGroups(useRegion());
  const own = (groups.data ?? []).filter((it) => it.VpcId === vpc);
  const selected = own.filter((it) => chosen.includes(it.GroupId ?? ""));
  return (
    <Table
      variant="container"
      trackBy="GroupId"
      items={own}
      loading={!groups.data}
      loadingText="Loading security groups"
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) => choose(detail.selectedItems.flatMap((it) => it.GroupId ?? []))}
      ariaLabels={{
        tableLabel: "Security groups",
        selectionGroupLabel: "Selection of security groups",
        allItemsSelectionLabel: () => "Select all security groups",
        itemSelectionLabel: (_, it) => `Select ${it.GroupId} / ${it.GroupName}`,
      }}
      header={
        <Header
          variant="h2"
          counter={`(${selected.length}/${own.length})`}
          description="They say who reaches the endpoint. If you select none, it has the VPC's default group."
        >
          Security groups
        </Header>
      }
      empty="Select a VPC first"
      columnDefinitions={[
        { id: "id", header: "Group ID", cell: (it: SecurityGroup) => it.GroupId },
        { id: "name", header: "Group name", cell: (it: SecurityGroup) => it.GroupName },
        { id: "description", header: "Description", cell: (it: SecurityGroup) => it.Description },
      ]}
    />
  );
}
