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
import type { Step } from "../forms/steps";
import { DeleteHolderDialog } from "../policies/DeleteHolderDialog";
import { readLoginProfile } from "./read";

interface Props {
  region: string;
  name: string;
  close: () => void;
}

/** Asks before a user is deleted, with all that is theirs, which the API wants gone first. */
export function DeleteUserDialog({ region, name, close }: Props) {
  return (
    <DeleteHolderDialog
      region={region}
      holder={{ kind: "user", name }}
      button="Delete user"
      withoutRest={() => withoutRest(region, name)}
      remove={() => iam(region).send(new DeleteUserCommand({ UserName: name }))}
      close={close}
    >
      <Box>
        Delete <Box variant="strong">{name}</Box> for good, with their access keys, their password, their MFA
        devices and their inline policies. They leave all groups.
      </Box>
    </DeleteHolderDialog>
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
