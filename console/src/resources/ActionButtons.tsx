import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useActing } from "./acting";
import type { Action } from "./noun";

/** Actions as buttons, and the dialog that one of them has opened. */
export function ActionButtons({ actions }: { actions: Action[] }) {
  const { act, isRunning, dialog } = useActing();
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        {actions.map((action) => (
          <Button
            key={action.id}
            loading={isRunning && action.run !== undefined}
            disabled={action.disabledReason !== undefined}
            disabledReason={action.disabledReason}
            onClick={() => act(action)}
          >
            {action.text}
          </Button>
        ))}
      </SpaceBetween>
      {dialog}
    </>
  );
}
