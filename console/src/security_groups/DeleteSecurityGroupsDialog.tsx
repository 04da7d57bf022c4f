import { DeleteSecurityGroupCommand, type SecurityGroup } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Spinner from "@cloudscape-design/components/spinner";
import { readSecurityGroups } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { sentence } from "../clients/failure";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";
import { counted } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { groupTitle, isDefault, readUses } from "./read";

interface Props {
  region: string;
  groups: SecurityGroup[];
  close: () => void;
}

/** Says which of the groups can go, and of the others why they cannot. */
export function DeleteSecurityGroupsDialog({ region, groups, close }: Props) {
  const names = groups.map((it) => it.GroupId ?? "");
  const reading = useReading(`security-group-uses/${region}/${names.join()}`, () => reasons(region, groups));
  const deletable = groups.filter((it) => reading.data?.get(it.GroupId ?? "") === "");
  const others = groups.filter((it) => reading.data?.get(it.GroupId ?? ""));
  const run = () =>
    deleteSeveral({
      region,
      noun: "security_groups",
      one: "security group",
      items: deletable,
      id: (it) => it.GroupId,
      remove: ({ GroupId }) => ec2(region).send(new DeleteSecurityGroupCommand({ GroupId })),
    });
  return (
    <ConfirmDialog
      title="Delete security groups"
      button="Delete"
      word="delete"
      isBlocked={deletable.length === 0}
      close={close}
      run={run}
    >
      {reading.failure && <Alert type="error">{sentence(reading.failure)}</Alert>}
      {!reading.data && !reading.failure && <Spinner size="large" />}
      {others.length > 0 && (
        <>
          <Alert type="warning">
            {counted(others.length, "security group")} cannot be deleted: a default one goes with its VPC, and
            one that is in use has to be taken out of use first.
          </Alert>
          <SmallTable
            title="Cannot be deleted"
            wrapLines
            items={others}
            empty="None"
            columns={[
              { header: "Security group", cell: groupTitle },
              { header: "Reason", cell: (it) => reading.data?.get(it.GroupId ?? "") },
            ]}
          />
        </>
      )}
      {deletable.length > 0 && <WillBeDeleted titles={deletable.map(groupTitle)} />}
    </ConfirmDialog>
  );
}

/** Why each cannot be deleted; an empty text where it can. */
async function reasons(region: string, groups: SecurityGroup[]): Promise<Map<string, string>> {
  const [all, uses] = await Promise.all([readSecurityGroups(region), readUses(region)]);
  const reason = (group: SecurityGroup) => {
    if (isDefault(group)) return "It is its VPC's default security group.";
    const user = uses.get(group.GroupId ?? "");
    if (user) return `Network interface ${user} has it.`;
    const other = all.find((it) => it.GroupId !== group.GroupId && namesGroup(it, group.GroupId));
    return other ? `A rule of ${groupTitle(other)} names it.` : "";
  };
  return new Map(groups.map((it) => [it.GroupId ?? "", reason(it)]));
}

function namesGroup({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup, id: string | undefined) {
  const pairs = [...IpPermissions, ...IpPermissionsEgress].flatMap((it) => it.UserIdGroupPairs ?? []);
  return pairs.some((it) => it.GroupId === id);
}
