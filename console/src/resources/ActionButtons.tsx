import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
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
      <SpaceBetween direction="horizontal" size="xs">
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
      </SpaceBetween>
      {dialog?.(() => setDialog(undefined))}
    </>
  );
}
