import { SendSSHPublicKeyCommand } from "@aws-sdk/client-ec2-instance-connect";
import { type Failure, failureOf } from "../../clients/failure";
import { instanceConnect } from "../../clients/instance_connect";
import type { Ended, FromTerminal, Size, ToTerminal, Why } from "./wire";
import { terminalAddress } from "./wire";

/** Where a terminal is: on its way, there, cut off and about to come back, or at its end. */
export type Progress =
  | { state: "connecting" }
  | { state: "open" }
  | { state: "away" }
  | { state: "failed"; why: Why; failure?: Failure }
  | { state: "ended"; why: Ended };

interface Options {
  region: string;
  instance: string;
  user: string;
  /** How large the screen is now. */
  size: () => Size;
  /** Shows bytes, and calls back when they are on the screen. */
  show: (bytes: Uint8Array, shown: () => void) => void;
  /** Takes everything from the screen: what follows was on it already. */
  clear: () => void;
  /** Hears where the terminal is. */
  tell: (progress: Progress) => void;
}

/** How long until a terminal that was cut off tries to come back, and how often. */
const AGAIN_MS = 1000;
const AGAIN_MAX = 60;
/** How many bytes are shown before that is said. The other side waits when a quarter of a megabyte is not. */
const SAY_AFTER_BYTES = 16 << 10;

/** The terminal's side of a WebSocket: opens a shell, carries bytes, and comes back to the shell when it was cut off. */
export class Connection {
  private socket: WebSocket | undefined;
  private terminal: string | undefined;
  /** How many bytes have come, and of how many it was said that they are on the screen. */
  private received = 0;
  private shown = 0;
  private said = 0;
  private attempts = 0;
  private isOver = false;
  private readonly options: Options;
  /** The terminal that this tab had before it was loaded anew. */
  private readonly memory: string;

  constructor(options: Options) {
    this.options = options;
    this.memory = `terminal/${options.region}/${options.instance}/${options.user}`;
    this.terminal = sessionStorage.getItem(this.memory) ?? undefined;
    this.connect();
  }

  /** Sends what is typed. */
  type(bytes: Uint8Array<ArrayBuffer>) {
    if (this.socket?.readyState === WebSocket.OPEN && this.terminal) this.socket.send(bytes);
  }

  resize() {
    if (this.terminal) this.send({ is: "resize", ...this.options.size() });
  }

  /** Leaves for good: the shell ends after a while. */
  close() {
    this.isOver = true;
    this.socket?.close();
  }

  private connect() {
    if (this.isOver) return;
    this.options.tell({ state: this.received > 0 ? "away" : "connecting" });
    const socket = new WebSocket(terminalAddress());
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.greet();
    socket.onmessage = ({ data }) => {
      if (this.isOver) return;
      if (typeof data === "string") void this.hear(JSON.parse(data) as FromTerminal);
      else this.take(new Uint8Array(data as ArrayBuffer));
    };
    socket.onclose = () => this.isCutOff();
  }

  private greet() {
    const { region, instance, user, size } = this.options;
    if (this.terminal) this.send({ is: "resume", terminal: this.terminal, from: this.received, ...size() });
    else this.send({ is: "open", region, instance, user, ...size() });
  }

  private async hear(message: FromTerminal) {
    switch (message.is) {
      case "key":
        return this.push(message.publicKey);
      case "opened":
        this.terminal = message.terminal;
        sessionStorage.setItem(this.memory, message.terminal);
        this.isOpen();
        return this.resize();
      case "resumed":
        if (message.from !== this.received) this.options.clear();
        this.received = message.from;
        this.shown = message.from;
        this.said = message.from;
        return this.isOpen();
      case "failed":
        return this.failed(message.why);
      case "ended":
        return this.end({ state: "ended", why: message.why });
    }
  }

  private isOpen() {
    this.attempts = 0;
    this.options.tell({ state: "open" });
  }

  /** Gives the instance the key for a minute, as whoever is signed in. */
  private async push(key: string) {
    const { region, instance, user } = this.options;
    try {
      await instanceConnect(region).send(
        new SendSSHPublicKeyCommand({ InstanceId: instance, InstanceOSUser: user, SSHPublicKey: key }),
      );
      this.send({ is: "pushed" });
    } catch (error) {
      this.end({ state: "failed", why: "refused", failure: failureOf(error) });
    }
  }

  private failed(why: Why) {
    if (why !== "gone" || this.received > 0) return this.end({ state: "failed", why });
    // What the tab remembers is of a shell that is no more: a new one takes its place.
    this.terminal = undefined;
    this.socket?.close();
  }

  private end(progress: Progress) {
    // Who has left hears no more of it.
    if (this.isOver) return;
    this.isOver = true;
    sessionStorage.removeItem(this.memory);
    this.socket?.close();
    this.options.tell(progress);
  }

  private isCutOff() {
    if (this.isOver) return;
    this.attempts += 1;
    if (this.attempts > AGAIN_MAX) return this.end({ state: "ended", why: "broken" });
    this.options.tell({ state: this.received > 0 ? "away" : "connecting" });
    window.setTimeout(() => this.connect(), this.attempts === 1 ? 0 : AGAIN_MS);
  }

  private take(bytes: Uint8Array) {
    this.received += bytes.length;
    const last = this.received;
    this.options.show(bytes, () => {
      // What was on its way to the screen when the terminal came back was counted then.
      this.shown = Math.max(this.shown, last);
      if (this.shown - this.said < SAY_AFTER_BYTES) return;
      this.said = this.shown;
      this.send({ is: "taken", bytes: this.shown });
    });
  }

  private send(message: ToTerminal) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
