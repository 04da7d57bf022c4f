import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { go } from "../frame/route";
import type { Action } from "./noun";

/** Actions as buttons, and the dialog that one of them has opened. */
export function ActionButtons({ actions }: { actions: Action[] }) {
  const [dialog, setDialog] = useState<Action["dialog"]>();
  const act = ({ href, dialog }: Action) => {
    if (href) go(href);
    if (dialog) setDialog(() => dialog);
  };
  return (
    <>
      {actions.map((action) => (
        <Button
          key={action.id}
          disabled={action.disabledReason !== undefined}
          disabledReason={action.disabledReason}
          onClick={() => act(action)}
        >
          {action.text}
        </Button>
      ))}
      {dialog?.(() => setDialog(undefined))}
    </>
  );
}
