/** What a page and a terminal of Hamlet say to each other beside bytes: `crates/server/src/web_console/terminal/message.rs`. */
export interface Size {
  columns: number;
  rows: number;
}

export type ToTerminal =
  | ({ is: "open"; region: string; instance: string; user: string } & Size)
  | ({ is: "resume"; terminal: string; from: number } & Size)
  | { is: "pushed" }
  | ({ is: "resize" } & Size)
  | { is: "taken"; bytes: number };

export type FromTerminal =
  | { is: "key"; publicKey: string }
  | { is: "opened"; terminal: string }
  | { is: "resumed"; from: number }
  | { is: "failed"; why: Why }
  | { is: "ended"; why: Ended };

/** Why there is no shell. */
export type Why =
  | "noInstance"
  | "notRunning"
  | "noAddress"
  | "unreachable"
  | "refused"
  | "gone"
  | "tooMany"
  | "notThere";

/** Why a shell has ended. */
export type Ended = "exited" | "broken" | "signedOut" | "elsewhere";

/** The address of the WebSocket, beside the page's files. */
export function terminalAddress(): string {
  const address = new URL("terminal", location.href.replace(/#.*/, ""));
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
