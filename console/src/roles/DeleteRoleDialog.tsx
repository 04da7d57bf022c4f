import {
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../clients/iam";
import { readInstanceProfiles } from "../clients/identities";
import type { Step } from "../forms/steps";
import { DeleteHolderDialog } from "../policies/DeleteHolderDialog";

interface Props {
  region: string;
  name: string;
  close: () => void;
}

/** Asks before a role is deleted, with its policies and instance profiles, which the API wants gone first. */
export function DeleteRoleDialog({ region, name, close }: Props) {
  return (
    <DeleteHolderDialog
      region={region}
      holder={{ kind: "role", name }}
      button="Delete"
      withoutRest={() => withoutProfiles(region, name)}
      remove={() => iam(region).send(new DeleteRoleCommand({ RoleName: name }))}
      close={close}
    >
      <Box>
        Delete <Box variant="strong">{name}</Box> for good, with its inline policies and the instance profiles
        that bear it. Whoever acts by this role is refused from then on, also with credentials that have not
        ended.
      </Box>
    </DeleteHolderDialog>
  );
}

/** The role leaves every profile; one of its own name was made for it, and goes. */
async function withoutProfiles(region: string, RoleName: string): Promise<Step[]> {
  const profiles = await readInstanceProfiles(region, RoleName);
  return profiles.flatMap(({ InstanceProfileName }) => {
    const left = {
      text: `it was removed from the instance profile ${InstanceProfileName}`,
      run: () =>
        iam(region).send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
    };
    const deleted = {
      text: `the instance profile ${InstanceProfileName} was deleted`,
      run: () => iam(region).send(new DeleteInstanceProfileCommand({ InstanceProfileName })),
    };
    return InstanceProfileName === RoleName ? [left, deleted] : [left];
  });
}
