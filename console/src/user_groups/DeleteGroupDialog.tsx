import { DeleteGroupCommand, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../clients/iam";
import { readMembers } from "../clients/identities";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { withoutPolicies } from "../policies/attach";

/** Asks before a group is deleted; its users stay, without what it gave them. */
export function DeleteGroupDialog({
  region,
  name,
  close,
}: {
  region: string;
  name: string;
  close: () => void;
}) {
  const run = async () => {
    const [policies, members] = await Promise.all([
      withoutPolicies(region, { kind: "group", name }),
      readMembers(region, name),
    ]);
    await runSteps([
      ...policies,
      ...members.map(({ UserName }) => ({
        text: `${UserName} was removed from it`,
        run: () => iam(region).send(new RemoveUserFromGroupCommand({ GroupName: name, UserName })),
      })),
      {
        text: "it was deleted",
        run: () => iam(region).send(new DeleteGroupCommand({ GroupName: name })),
      },
    ]);
    succeed(`User group ${name} deleted.`);
    go(href(region, ["user_groups"]));
  };
  return (
    <ConfirmDialog title={`Delete ${name}?`} button="Delete" word={name} close={close} run={run}>
      <Box>
        Delete <Box variant="strong">{name}</Box> for good, with its inline policies. Its users stay, and lose
        the permissions that it gives.
      </Box>
    </ConfirmDialog>
  );
}
