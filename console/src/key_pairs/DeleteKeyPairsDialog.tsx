import { DeleteKeyPairCommand, type KeyPairInfo } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import { ec2 } from "../clients/ec2";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";

interface Props {
  region: string;
  pairs: KeyPairInfo[];
  close: () => void;
}

export function DeleteKeyPairsDialog({ region, pairs, close }: Props) {
  const run = () =>
    deleteSeveral({
      region,
      noun: "key_pairs",
      one: "key pair",
      items: pairs,
      id: (it) => it.KeyName,
      remove: ({ KeyPairId }) => ec2(region).send(new DeleteKeyPairCommand({ KeyPairId })),
    });
  return (
    <ConfirmDialog title="Delete key pair" button="Delete" word="Delete" close={close} run={run}>
      <WillBeDeleted titles={pairs.flatMap((it) => it.KeyName ?? [])} />
      <Box>
        Only the public half is deleted here, so that no more instances are launched with it. Who has the
        private half still connects to instances that were.
      </Box>
    </ConfirmDialog>
  );
}
