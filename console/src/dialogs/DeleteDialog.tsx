import Box from "@cloudscape-design/components/box";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { ConfirmDialog } from "./ConfirmDialog";

interface Props {
  region: string;
  /** The noun's path: its list is what remains. */
  noun: string;
  /** `Delete route table`. */
  title: string;
  button?: string;
  /** What is deleted, by its identifier and its name. */
  of: string;
  /** What else there is to know, in sentences. */
  more?: string;
  close: () => void;
  remove: () => Promise<unknown>;
}

/** Asks before one resource is deleted that nothing stands in the way of; then leads to the list. */
export function DeleteDialog({ region, noun, title, button = "Delete", of, more, close, remove }: Props) {
  const run = async () => {
    await remove();
    succeed(`You successfully deleted ${of}.`);
    go(href(region, [noun]));
  };
  return (
    <ConfirmDialog title={title} button={button} word="delete" close={close} run={run}>
      <Box>
        <Box variant="strong">{of}</Box> will be deleted for good. {more}
      </Box>
    </ConfirmDialog>
  );
}
