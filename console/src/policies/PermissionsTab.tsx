import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { type Holder, readAttached, readGroupsOf, readInlineNames } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { Loaded } from "../resources/Loaded";
import { SmallTable } from "../table/SmallTable";
import { detach, removeInline } from "./attach";
import { NOUN_OF } from "./holders";
import { typeOf } from "./kind";

/** A policy that somebody has. */
interface Had {
  name: string;
  /** One of its own has none. */
  arn?: string;
  /** The group that a user has it from. */
  group?: string;
}

/** The tab Permissions of roles, users and groups: what they may do, and from where they have it. */
export function PermissionsTab({ region, holder }: { region: string; holder: Holder }) {
  const had = useReading(`permissions/${holder.kind}/${holder.name}`, () => readHad(region, holder));
  const [removing, setRemoving] = useState<Had>();
  const page = (name: string, query = {}) => href(region, [NOUN_OF[holder.kind], holder.name, name], query);
  return (
    <Loaded things="Permissions" reading={had}>
      {(items) => (
        <>
          <SmallTable
            title="Permissions policies"
            items={items}
            empty="No policies: nothing is allowed."
            actions={
              <ButtonDropdown
                items={[
                  { id: "attach_policies", text: "Attach policies" },
                  { id: "inline_policy", text: "Create inline policy" },
                ]}
                onItemClick={({ detail }) => go(page(detail.id))}
              >
                Add permissions
              </ButtonDropdown>
            }
            columns={[
              {
                header: "Policy name",
                cell: ({ name, arn, group }) => (
                  <Link
                    href={
                      arn
                        ? href(region, ["policies", arn])
                        : group
                          ? href(region, ["user_groups", group, "inline_policy"], { policy: name })
                          : page("inline_policy", { policy: name })
                    }
                  >
                    {name}
                  </Link>
                ),
              },
              { header: "Type", cell: ({ arn }) => (arn ? typeOf({ Arn: arn }) : "Customer inline") },
              { header: "Attached via", cell: ({ group }) => (group ? `Group ${group}` : "Directly") },
              {
                header: "Remove",
                cell: (it) =>
                  !it.group && (
                    <Button
                      variant="inline-link"
                      ariaLabel={`Remove ${it.name}`}
                      onClick={() => setRemoving(it)}
                    >
                      Remove
                    </Button>
                  ),
              },
            ]}
          />
          {removing && (
            <ConfirmDialog
              title={`Remove ${removing.name}?`}
              button={removing.arn ? "Remove policy" : "Delete"}
              close={() => setRemoving(undefined)}
              run={async () => {
                await (removing.arn
                  ? detach(region, holder, removing.arn)
                  : removeInline(region, holder, removing.name));
                succeed(`Policy ${removing.name} removed from ${holder.name}.`);
              }}
            >
              {removing.arn
                ? `${removing.name} is detached from ${holder.name}, and stays for others.`
                : `${removing.name} is a part of ${holder.name}, and is deleted for good.`}
            </ConfirmDialog>
          )}
        </>
      )}
    </Loaded>
  );
}

async function readHad(region: string, holder: Holder): Promise<Had[]> {
  const own = await readOf(region, holder);
  if (holder.kind !== "user") return own;
  const groups = await readGroupsOf(region, holder.name);
  const ofGroups = groups.map(async ({ GroupName: group = "" }) => {
    const had = await readOf(region, { kind: "group", name: group });
    return had.map((it) => ({ ...it, group }));
  });
  return [...own, ...(await Promise.all(ofGroups)).flat()];
}

async function readOf(region: string, holder: Holder): Promise<Had[]> {
  const [attached, inline] = await Promise.all([
    readAttached(region, holder),
    readInlineNames(region, holder),
  ]);
  return [
    ...attached.map(({ PolicyName = "", PolicyArn = "" }) => ({ name: PolicyName, arn: PolicyArn })),
    ...inline.map((name) => ({ name })),
  ];
}
