/** A message as a reader wants it: what is JSON has a line for each member. */
export function readable(message: string): string {
  const start = message.trimStart()[0];
  if (start !== "{" && start !== "[") return message;
  try {
    return JSON.stringify(JSON.parse(message), null, 2);
  } catch {
    return message;
  }
}
