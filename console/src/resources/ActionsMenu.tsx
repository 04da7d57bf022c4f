import ButtonDropdown, { type ButtonDropdownProps } from "@cloudscape-design/components/button-dropdown";
import { useActing } from "./acting";
import type { Action } from "./noun";

interface Props {
  actions: Action[];
  /** What the menu is called. */
  text?: string;
  /** What they are about, where a page has another such menu: `flow logs`. */
  of?: string | undefined;
}

/** The menu Actions, or another of its kind, and the dialog that an entry of it has opened. */
export function ActionsMenu({ actions, text = "Actions", of }: Props) {
  const { act, isRunning, dialog } = useActing();
  if (actions.length === 0) return null;
  return (
    <>
      <ButtonDropdown
        items={grouped(actions)}
        expandableGroups
        loading={isRunning}
        onItemClick={({ detail }) => {
          const action = actions.find((it) => it.id === detail.id);
          if (action) act(action);
        }}
        expandToViewport
        ariaLabel={of && `Actions of ${of}`}
      >
        {text}
      </ButtonDropdown>
      {dialog}
    </>
  );
}

/** The entries, those of a submenu in it. */
function grouped(actions: Action[]): ButtonDropdownProps.ItemOrGroup[] {
  const items: ButtonDropdownProps.ItemOrGroup[] = [];
  for (const action of actions) {
    const last = items.at(-1);
    if (action.group === undefined) items.push(item(action));
    else if (last && "items" in last && last.text === action.group)
      last.items = [...last.items, item(action)];
    else items.push({ id: action.group, text: action.group, items: [item(action)] });
  }
  return items;
}

function item({ id, text, description, disabledReason }: Action): ButtonDropdownProps.Item {
  return { id, text, description, disabled: disabledReason !== undefined, disabledReason };
}
