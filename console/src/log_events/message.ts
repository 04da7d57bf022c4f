import { readable as asDocument } from "../forms/json";

/** A message as a reader wants it: what is JSON has a line for each member. */
export function readable(message: string): string {
  const start = message.trimStart()[0];
  return start === "{" || start === "[" ? asDocument(message) : message;
}
