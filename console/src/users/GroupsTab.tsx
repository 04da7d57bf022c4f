import { RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { iam } from "../clients/iam";
import { readGroupsOf } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { Loaded } from "../resources/Loaded";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";

/** The tab Groups of a user. */
export function GroupsTab({ region, user }: { region: string; user: string }) {
  const groups = useReading(`groups_of/${user}`, () => readGroupsOf(region, user));
  const [leaving, setLeaving] = useState<string>();
  return (
    <Loaded things="Groups" reading={groups}>
      {(items) => (
        <>
          <SmallTable
            title="User groups membership"
            items={items}
            empty={`${user} is in no group.`}
            actions={
              <Button href={href(region, ["users", user, "add_to_groups"])}>Add user to groups</Button>
            }
            columns={[
              {
                header: "Group name",
                cell: (it) => <ResourceLink region={region} noun="user_groups" id={it.GroupName} />,
              },
              { header: "Created", cell: (it) => timeOf(it.CreateDate) },
              {
                header: "Remove",
                cell: (it) => (
                  <Button
                    variant="inline-link"
                    ariaLabel={`Remove from ${it.GroupName}`}
                    onClick={() => setLeaving(it.GroupName)}
                  >
                    Remove
                  </Button>
                ),
              },
            ]}
          />
          {leaving && (
            <LeaveDialog region={region} user={user} group={leaving} close={() => setLeaving(undefined)} />
          )}
        </>
      )}
    </Loaded>
  );
}

/** Asks before a user leaves a group. */
export function LeaveDialog(props: { region: string; user: string; group: string; close: () => void }) {
  const { region, user, group, close } = props;
  return (
    <ConfirmDialog
      title={`Remove ${user} from ${group}?`}
      button="Remove"
      close={close}
      run={async () => {
        await iam(region).send(new RemoveUserFromGroupCommand({ UserName: user, GroupName: group }));
        succeed(`${user} was removed from ${group}.`);
      }}
    >
      {user} loses the permissions that {group} gives.
    </ConfirmDialog>
  );
}
