import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { type ReactNode, useSyncExternalStore } from "react";
import { type Failure, sentence } from "../clients/failure";

/** How many messages there are at once; the oldest go. */
const MESSAGES_MAX = 5;
/** For how many pages good news stay: the one where it was done, and the one that it led to. */
const PAGES = 2;

interface Message extends FlashbarProps.MessageDefinition {
  /** How many pages it has been on. */
  pages: number;
}

let messages: Message[] = [];
let count = 0;
const listeners = new Set<() => void>();

/** Says that something was done; `action` is a button for what is to be done next. */
export function succeed(content: ReactNode, action?: ReactNode) {
  add({ type: "success", content, action });
}

/** Says that something was not done, with what the service has answered. */
export function fail(header: string, failure: Failure) {
  add({ type: "error", header, content: sentence(failure) });
}

export function inform(content: ReactNode) {
  add({ type: "info", content });
}

export function Messages() {
  const items = useSyncExternalStore(subscribe, () => messages);
  return <Flashbar items={items} stackItems={items.length > 1} />;
}

function add(message: FlashbarProps.MessageDefinition) {
  const id = `message-${++count}`;
  const onDismiss = () => set(messages.filter((it) => it.id !== id));
  const added: Message = { ...message, id, pages: 1, dismissible: true, dismissLabel: "Dismiss", onDismiss };
  set([added, ...messages].slice(0, MESSAGES_MAX));
}

window.addEventListener("hashchange", () => {
  const older = messages.map((it) => ({ ...it, pages: it.pages + 1 }));
  set(older.filter((it) => it.type === "error" || it.pages <= PAGES));
});

function set(next: Message[]) {
  messages = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
