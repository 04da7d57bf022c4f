import type { ReactNode } from "react";
import type { Holder } from "../clients/identities";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps, type Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { withoutPolicies } from "./attach";
import { KIND_OF, NOUN_OF } from "./holders";

interface Props {
  region: string;
  holder: Holder;
  button: string;
  /** What has to go first beside its policies: the API refuses as long as it is there. */
  withoutRest: () => Promise<Step[]>;
  remove: () => Promise<unknown>;
  /** What goes with it, in sentences. */
  children: ReactNode;
  close: () => void;
}

/** Asks before a role, a user or a group is deleted, with all that the API wants gone first. */
export function DeleteHolderDialog(props: Props) {
  const { region, holder, button, withoutRest, remove, children, close } = props;
  const { kind, name } = holder;
  const run = async () => {
    const [policies, rest] = await Promise.all([withoutPolicies(region, holder), withoutRest()]);
    await runSteps([...policies, ...rest, { text: "it was deleted", run: remove }]);
    succeed(`${KIND_OF[kind]} ${name} deleted.`);
    go(href(region, [NOUN_OF[kind]]));
  };
  return (
    <ConfirmDialog title={`Delete ${name}?`} button={button} word={name} close={close} run={run}>
      {children}
    </ConfirmDialog>
  );
}
