import { type ReactNode, useState } from "react";
import { failureOf } from "../clients/failure";
import { refreshAll } from "../clients/reading";
import { fail } from "../frame/flash";
import { go } from "../frame/route";
import type { Action } from "./noun";

/** What happens when an action is chosen: it leads to a page, opens a dialog, which is shown here, or is done at once. */
export function useActing(): { act: (action: Action) => void; isRunning: boolean; dialog: ReactNode } {
  // The dialog belongs to what was selected when it was opened, be that gone by now.
  const [dialog, setDialog] = useState<Action["dialog"]>();
  const [isRunning, setRunning] = useState(false);
  const run = async (text: string, action: () => Promise<void>) => {
    setRunning(true);
    try {
      await action();
    } catch (error) {
      fail(`${text} was not done`, failureOf(error));
    } finally {
      setRunning(false);
      void refreshAll();
    }
  };
  const act = (action: Action) => {
    if (action.href) go(action.href);
    if (action.dialog) setDialog(() => action.dialog);
    if (action.run) void run(action.text, action.run);
  };
  return { act, isRunning, dialog: dialog?.(() => setDialog(undefined)) };
}
