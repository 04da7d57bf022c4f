import { type LogGroup, PutLogGroupDeletionProtectionCommand } from "@aws-sdk/client-cloudwatch-logs";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";

interface Props {
  region: string;
  group: LogGroup;
  close: () => void;
}

/** Whether a log group can be deleted. */
export function DeletionProtectionDialog({ region, group, close }: Props) {
  const name = group.logGroupName ?? "";
  const [isOn, setOn] = useState(group.deletionProtectionEnabled ?? false);
  const run = async () => {
    await logs(region).send(
      new PutLogGroupDeletionProtectionCommand({
        logGroupIdentifier: name,
        deletionProtectionEnabled: isOn,
      }),
    );
    succeed(`Deletion protection of ${name} is ${isOn ? "on" : "off"}.`);
  };
  return (
    <ConfirmDialog title="Change deletion protection" button="Save" close={close} run={run}>
      <Toggle
        checked={isOn}
        description="While it is on, the log group and its streams cannot be deleted."
        onChange={({ detail }) => setOn(detail.checked)}
      >
        Deletion protection
      </Toggle>
    </ConfirmDialog>
  );
}
