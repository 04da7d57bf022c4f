import { DeleteGroupCommand, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../clients/iam";
import { readMembers } from "../clients/identities";
import type { Step } from "../forms/steps";
import { DeleteHolderDialog } from "../policies/DeleteHolderDialog";

interface Props {
  region: string;
  name: string;
  close: () => void;
}

/** Asks before a group is deleted; its users stay, without what it gave them. */
export function DeleteGroupDialog({ region, name, close }: Props) {
  return (
    <DeleteHolderDialog
      region={region}
      holder={{ kind: "group", name }}
      button="Delete"
      withoutRest={() => withoutMembers(region, name)}
      remove={() => iam(region).send(new DeleteGroupCommand({ GroupName: name }))}
      close={close}
    >
      <Box>
        Delete <Box variant="strong">{name}</Box> for good, with its inline policies. Its users stay, and lose
        the permissions that it gives.
      </Box>
    </DeleteHolderDialog>
  );
}

async function withoutMembers(region: string, GroupName: string): Promise<Step[]> {
  const members = await readMembers(region, GroupName);
  return members.map(({ UserName }) => ({
    text: `${UserName} was removed from it`,
    run: () => iam(region).send(new RemoveUserFromGroupCommand({ GroupName, UserName })),
  }));
}
