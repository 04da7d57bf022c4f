import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { go } from "../frame/route";
import type { Action } from "./noun";

/** The menu Actions, and the dialog that one of them has opened. */
export function ActionsMenu({ actions }: { actions: Action[] }) {
  // The dialog belongs to what was selected when it was opened, be that gone by now.
  const [dialog, setDialog] = useState<Action["dialog"]>();
  if (actions.length === 0) return null;
  return (
    <>
      <ButtonDropdown
        items={actions.map(({ id, text, description, disabledReason }) => ({
          id,
          text,
          description,
          disabled: disabledReason !== undefined,
          disabledReason,
        }))}
        onItemClick={({ detail }) => {
          const action = actions.find((it) => it.id === detail.id);
          if (action?.href) go(action.href);
          if (action?.dialog) setDialog(() => action.dialog);
        }}
        expandToViewport
      >
        Actions
      </ButtonDropdown>
      {dialog?.(() => setDialog(undefined))}
    </>
  );
}
