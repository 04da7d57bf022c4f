import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { DASH } from "../resources/names";
import { SmallTable } from "../table/SmallTable";

/** What saving would do to one rule, in words: one that is new has no `before`, one that is deleted no `after`. */
export interface PreviewedChange {
  before?: string;
  after?: string;
}

/** Preview changes: the button, and the dialog with what is in the form and not yet in the resource. */
export function PreviewButton({ changes }: { changes: PreviewedChange[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button formAction="none" onClick={() => setOpen(true)}>
        Preview changes
      </Button>
      {isOpen && <PreviewDialog changes={changes} close={() => setOpen(false)} />}
    </>
  );
}

function PreviewDialog({ changes, close }: { changes: PreviewedChange[]; close: () => void }) {
  return (
    <Modal
      visible
      size="large"
      header="Preview changes"
      closeAriaLabel="Close"
      onDismiss={close}
      footer={
        <Box float="right">
          <Button variant="primary" formAction="none" onClick={close}>
            Close
          </Button>
        </Box>
      }
    >
      <SmallTable
        title="Changes"
        wrapLines
        items={changes}
        empty="Nothing has been changed"
        columns={[
          {
            header: "Change",
            cell: (it) => <Kind of={it} />,
          },
          { header: "Before", cell: (it) => it.before ?? DASH },
          { header: "After", cell: (it) => it.after ?? DASH },
        ]}
      />
    </Modal>
  );
}

function Kind({ of: { before, after } }: { of: PreviewedChange }) {
  if (before === undefined) return <StatusIndicator type="success">Added</StatusIndicator>;
  if (after === undefined) return <StatusIndicator type="error">Deleted</StatusIndicator>;
  return <StatusIndicator type="info">Modified</StatusIndicator>;
}
