import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { readMembers } from "../clients/identities";
import { useReading } from "../clients/reading";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { Loaded } from "../resources/Loaded";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { LeaveDialog } from "../users/GroupsTab";

/** The tab Users of a group. */
export function MembersTab({ region, group }: { region: string; group: string }) {
  const members = useReading(`members/${group}`, () => readMembers(region, group));
  const [leaving, setLeaving] = useState<string>();
  return (
    <Loaded things="Users" reading={members}>
      {(items) => (
        <>
          <SmallTable
            title="Users in this group"
            items={items}
            empty="No users are in this group."
            actions={<Button href={href(region, ["user_groups", group, "add_users"])}>Add users</Button>}
            columns={[
              {
                header: "User name",
                cell: (it) => <ResourceLink region={region} noun="users" id={it.UserName} />,
              },
              { header: "Creation time", cell: (it) => timeOf(it.CreateDate) },
              {
                header: "Remove",
                cell: (it) => (
                  <Button
                    variant="inline-link"
                    ariaLabel={`Remove ${it.UserName}`}
                    onClick={() => setLeaving(it.UserName)}
                  >
                    Remove
                  </Button>
                ),
              },
            ]}
          />
          {leaving && (
            <LeaveDialog region={region} user={leaving} group={group} close={() => setLeaving(undefined)} />
          )}
        </>
      )}
    </Loaded>
  );
}
