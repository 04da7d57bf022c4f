import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { go } from "../frame/route";
import type { Action } from "./noun";

interface Props {
  actions: Action[];
  /** What they are about, where a page has another such menu: `flow logs`. */
  of?: string;
}

/** The menu Actions, and the dialog that one of them has opened. */
export function ActionsMenu({ actions, of }: Props) {
  // The dialog belongs to what was selected when it was opened, be that gone by now.
  const [dialog, setDialog] = useState<Action["dialog"]>();
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
        ariaLabel={of && `Actions of ${of}`}
      >
        Actions
      </ButtonDropdown>
      {dialog?.(() => setDialog(undefined))}
    </>
  );
}
