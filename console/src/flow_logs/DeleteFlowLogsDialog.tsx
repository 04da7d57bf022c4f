import { DeleteFlowLogsCommand, type FlowLog } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { refusal } from "../clients/failure";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { WillBeDeleted } from "../dialogs/several";
import { succeed } from "../frame/flash";
import { counted, titleOf } from "../resources/names";
import { flowLogName } from "./read";

interface Props {
  region: string;
  logs: FlowLog[];
  close: () => void;
}

export function DeleteFlowLogsDialog({ region, logs, close }: Props) {
  const FlowLogIds = logs.flatMap((it) => it.FlowLogId ?? []);
  const run = async () => {
    const { Unsuccessful = [] } = await ec2(region).send(new DeleteFlowLogsCommand({ FlowLogIds }));
    const [first] = Unsuccessful;
    if (first) throw refusal(first.Error?.Code, `${first.ResourceId}: ${first.Error?.Message}`);
    succeed(`You successfully deleted ${counted(logs.length, "flow log")}.`);
  };
  return (
    <ConfirmDialog title="Delete flow logs" button="Delete" word="delete" close={close} run={run}>
      <WillBeDeleted titles={logs.map((it) => titleOf(it.FlowLogId ?? "", flowLogName(it)))} />
      <Box>Records that were delivered stay where they are. No others come.</Box>
    </ConfirmDialog>
  );
}
