import { DeleteManagedPrefixListCommand, type ManagedPrefixList } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import { ec2 } from "../clients/ec2";
import { sentence } from "../clients/failure";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteSeveral, WillBeDeleted } from "../dialogs/several";
import { prefixListTitle, readAssociations } from "./read";

interface Props {
  region: string;
  lists: ManagedPrefixList[];
  close: () => void;
}

/** The call answers that a list is being deleted, and fails afterwards where one is in use: so that is asked before. */
export function DeletePrefixListsDialog({ region, lists, close }: Props) {
  const names = lists.map((it) => it.PrefixListId ?? "");
  const reading = useReading(`prefix-list-uses/${region}/${names.join()}`, () => readUsers(region, names));
  const users = reading.data;
  const isBlocked = users?.length !== 0;
  const run = () =>
    deleteSeveral({
      region,
      noun: "prefix_lists",
      one: "prefix list",
      items: lists,
      id: (it) => it.PrefixListId,
      remove: ({ PrefixListId }) => ec2(region).send(new DeleteManagedPrefixListCommand({ PrefixListId })),
    });
  return (
    <ConfirmDialog
      title="Delete prefix lists"
      button="Delete"
      word="delete"
      isBlocked={isBlocked}
      close={close}
      run={run}
    >
      {reading.failure && <Alert type="error">{sentence(reading.failure)}</Alert>}
      {users && isBlocked && (
        <Alert type="error" header="A list is still in use">
          Rules or routes of these name it: {users.join(", ")}.
        </Alert>
      )}
      <WillBeDeleted titles={lists.map(prefixListTitle)} />
    </ConfirmDialog>
  );
}

async function readUsers(region: string, lists: string[]): Promise<string[]> {
  const associations = await Promise.all(lists.map((list) => readAssociations(region, list)));
  return associations.flat().flatMap((it) => it.ResourceId ?? []);
}
