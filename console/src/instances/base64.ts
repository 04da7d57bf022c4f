/** Text of what the API has in base64: user data, system logs. */
export function decoded(base64: string | undefined): string {
  const bytes = Uint8Array.from(atob(base64 ?? ""), (it) => it.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** Text as the API takes it. Byte by byte: a call with as many arguments as a long text has bytes is refused by browsers. */
export function encoded(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (it) => String.fromCharCode(it));
  return btoa(bytes.join(""));
}
