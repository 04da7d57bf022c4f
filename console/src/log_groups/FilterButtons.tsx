import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Reading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { deleteParts, WillBeDeleted } from "../dialogs/several";
import { RefreshButton } from "../resources/RefreshButton";

interface Props {
  /** What they are about: `metric filter`. */
  kind: string;
  reading: Reading<unknown>;
  /** Names. */
  chosen: string[];
  remove: (name: string) => Promise<unknown>;
  /** Where the button that creates leads, or why it does not. */
  create: { href?: string; disabledReason?: string };
}

/** The buttons above a group's filters: refresh, delete, create. */
export function FilterButtons({ kind, reading, chosen, remove, create }: Props) {
  const [isDeleting, setDeleting] = useState(false);
  const run = () => deleteParts({ one: kind, items: chosen, id: (it) => it, remove });
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <RefreshButton label={`Refresh ${kind}s`} reading={reading} />
      <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <Button
        disabled={create.disabledReason !== undefined}
        disabledReason={create.disabledReason}
        {...(create.href ? { href: create.href } : {})}
      >
        {`Create ${kind}`}
      </Button>
      {isDeleting && (
        <ConfirmDialog title={`Delete ${kind}`} button="Delete" close={() => setDeleting(false)} run={run}>
          <WillBeDeleted titles={chosen} />
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}
