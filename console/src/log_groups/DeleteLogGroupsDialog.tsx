import { DeleteLogGroupCommand, type LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import { logs } from "../clients/logs";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";

interface Props {
  region: string;
  groups: LogGroup[];
  close: () => void;
}

export function DeleteLogGroupsDialog({ region, groups, close }: Props) {
  const names = groups.map((it) => it.logGroupName ?? "");
  const run = () =>
    deleteSeveral({
      region,
      noun: "log_groups",
      one: "log group",
      items: names,
      id: (logGroupName) => logGroupName,
      remove: (logGroupName) => logs(region).send(new DeleteLogGroupCommand({ logGroupName })),
    });
  return (
    <ConfirmDialog title="Delete log group(s)" button="Delete" close={close} run={run}>
      <WillBeDeleted titles={names} />
      <Box>All their log events go with them.</Box>
    </ConfirmDialog>
  );
}
