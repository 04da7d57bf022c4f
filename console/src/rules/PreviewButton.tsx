import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { SmallTable } from "../table/SmallTable";

/** What saving would do to one rule, in words. */
export interface PreviewedChange {
  kind: "Added" | "Modified" | "Deleted";
  before: string;
  after: string;
}

const MARKS: Record<PreviewedChange["kind"], StatusIndicatorProps.Type> = {
  Added: "success",
  Modified: "info",
  Deleted: "error",
};

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
            cell: ({ kind }) => <StatusIndicator type={MARKS[kind]}>{kind}</StatusIndicator>,
          },
          { header: "Before", cell: (it) => it.before || "–" },
          { header: "After", cell: (it) => it.after || "–" },
        ]}
      />
    </Modal>
  );
}
