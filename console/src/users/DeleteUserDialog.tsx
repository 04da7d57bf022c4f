import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  paginateListMFADevices,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../clients/iam";
import { readAccessKeys, readGroupsOf } from "../clients/identities";
import { all } from "../clients/pages";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps, type Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { withoutPolicies } from "../policies/attach";
import { readLoginProfile } from "./read";

/** Asks before a user is deleted, with all that is theirs, which the API wants gone first. */
export function DeleteUserDialog({
  region,
  name,
  close,
}: {
  region: string;
  name: string;
  close: () => void;
}) {
  const run = async () => {
    const [policies, rest] = await Promise.all([
      withoutPolicies(region, { kind: "user", name }),
      withoutRest(region, name),
    ]);
    const remove = {
      text: "it was deleted",
      run: () => iam(region).send(new DeleteUserCommand({ UserName: name })),
    };
    await runSteps([...policies, ...rest, remove]);
    succeed(`User ${name} deleted.`);
    go(href(region, ["users"]));
  };
  return (
    <ConfirmDialog title={`Delete ${name}?`} button="Delete user" word={name} close={close} run={run}>
      <Box>
        Delete <Box variant="strong">{name}</Box> for good, with their access keys, their password, their MFA
        devices and their inline policies. They leave all groups.
      </Box>
    </ConfirmDialog>
  );
}

async function withoutRest(region: string, UserName: string): Promise<Step[]> {
  const client = iam(region);
  const [groups, keys, login, devices] = await Promise.all([
    readGroupsOf(region, UserName),
    readAccessKeys(region, UserName),
    readLoginProfile(region, UserName),
    all(paginateListMFADevices({ client }, { UserName }), (page) => page.MFADevices),
  ]);
  return [
    ...groups.map(({ GroupName }) => ({
      text: `it was removed from ${GroupName}`,
      run: () => client.send(new RemoveUserFromGroupCommand({ GroupName, UserName })),
    })),
    ...keys.map(({ AccessKeyId }) => ({
      text: `the access key ${AccessKeyId} was deleted`,
      run: () => client.send(new DeleteAccessKeyCommand({ AccessKeyId, UserName })),
    })),
    ...devices.map(({ SerialNumber }) => ({
      text: `the MFA device ${SerialNumber} was deactivated`,
      run: () => client.send(new DeactivateMFADeviceCommand({ SerialNumber, UserName })),
    })),
    ...(login.profile
      ? [
          {
            text: "the password was deleted",
            run: () => client.send(new DeleteLoginProfileCommand({ UserName })),
          },
        ]
      : []),
  ];
}
