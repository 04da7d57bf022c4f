import {
  DeleteRetentionPolicyCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { RetentionField } from "./RetentionField";
import { NEVER } from "./retention";

interface Props {
  region: string;
  groups: LogGroup[];
  close: () => void;
}

/** For how long groups keep their events. */
export function RetentionDialog({ region, groups, close }: Props) {
  const [retention, setRetention] = useState(String(groups[0]?.retentionInDays ?? NEVER));
  const run = async () => {
    const names = groups.map((it) => it.logGroupName ?? "");
    await runSteps(
      names.map((it) => ({
        text: `the retention of ${it} was changed`,
        run: () => changeRetention(region, it, retention),
      })),
    );
    succeed(`The retention setting of ${names.join(", ")} was changed.`);
  };
  return (
    <ConfirmDialog title="Edit retention setting" button="Save" close={close} run={run}>
      <RetentionField label="Expire events after" retention={retention} choose={setRetention} />
      {retention !== NEVER && (
        <Alert type="warning">Events that are older are deleted, and cannot be brought back.</Alert>
      )}
    </ConfirmDialog>
  );
}

/** Sets for how long a group keeps its events. */
export function changeRetention(region: string, logGroupName: string, retention: string): Promise<unknown> {
  return retention === NEVER
    ? logs(region).send(new DeleteRetentionPolicyCommand({ logGroupName }))
    : logs(region).send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: Number(retention) }));
}
