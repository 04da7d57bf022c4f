import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { usePlace } from "../../frame/places";
import { href } from "../../frame/route";
import { DASH } from "../../resources/names";
import { instanceInWords, useInstance } from "../read";
import { Connection, type Progress } from "./connection";
import { TerminalFailure } from "./TerminalFailure";
import "./terminal.css";

/** A shell in an instance, in a tab of its own. `?user=…` is whose. */
export default function TerminalPage({ id }: { id: string }) {
  const { route } = usePlace();
  const { region } = route;
  const user = route.query.get("user") || "ec2-user";
  const instance = useInstance(region, id).data;
  const [progress, setProgress] = useState<Progress>({ state: "connecting" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = `${instanceInWords(instance) || id} | EC2 Instance Connect`;
  }, [instance, id]);
  const again = () => {
    setProgress({ state: "connecting" });
    setAttempt(attempt + 1);
  };
  const hasScreen = progress.state !== "failed";
  return (
    <main className="terminal-page">
      {hasScreen ? (
        <Screen key={attempt} region={region} instance={id} user={user} tell={setProgress} />
      ) : (
        <TerminalFailure
          region={region}
          instance={id}
          user={user}
          why={progress.why}
          failure={progress.failure}
          again={again}
        />
      )}
      <section className="terminal-bar" aria-label="About this terminal">
        <div>
          <Box variant="strong">{instance ? instanceInWords(instance) : id}</Box>
          <Box>
            PublicIPs: {instance?.PublicIpAddress ?? DASH} PrivateIPs: {instance?.PrivateIpAddress ?? DASH}
          </Box>
        </div>
        <Said progress={progress} />
        {progress.state === "ended" && <Button onClick={again}>Connect again</Button>}
        <Button
          iconName="close"
          variant="icon"
          ariaLabel="Close the terminal"
          href={href(region, ["instances", id])}
        />
      </section>
    </main>
  );
}

const ENDED = {
  exited: "The session has ended",
  broken: "The connection to the instance was lost",
  signedOut: "You have signed out",
  elsewhere: "This terminal is open in another tab",
};

/** Where the terminal is, in a word: what still tries must not look like what has failed. */
function Said({ progress }: { progress: Progress }) {
  switch (progress.state) {
    case "connecting":
      return <StatusIndicator type="in-progress">Connecting</StatusIndicator>;
    case "open":
      return <StatusIndicator type="success">Connected</StatusIndicator>;
    case "away":
      return <StatusIndicator type="in-progress">Cut off: connecting again</StatusIndicator>;
    case "failed":
      return <StatusIndicator type="error">Not connected</StatusIndicator>;
    case "ended":
      return <StatusIndicator type="stopped">{ENDED[progress.why]}</StatusIndicator>;
  }
}

interface ScreenProps {
  region: string;
  instance: string;
  user: string;
  tell: (progress: Progress) => void;
}

/** The screen, which has all of the room and follows it when that changes. */
function Screen({ region, instance, user, tell }: ScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return undefined;
    const screen = new Terminal({
      cursorBlink: true,
      fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
      fontSize: 14,
      scrollback: 5000,
      screenReaderMode: true,
    });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(place.current);
    fit.fit();
    const connection = new Connection({
      region,
      instance,
      user,
      size: () => ({ columns: screen.cols, rows: screen.rows }),
      show: (bytes, shown) => screen.write(bytes, shown),
      clear: () => screen.reset(),
      tell,
    });
    const encoder = new TextEncoder();
    screen.onData((text) => connection.type(encoder.encode(text)));
    screen.onBinary((text) => connection.type(Uint8Array.from(text, (it) => it.charCodeAt(0))));
    screen.onResize(() => connection.resize());
    // Ctrl+C is the shell's; with Shift they are the clipboard's, as in other terminals.
    screen.attachCustomKeyEventHandler((event) => !isForClipboard(event, screen));
    const room = new ResizeObserver(() => fit.fit());
    room.observe(place.current);
    screen.focus();
    return () => {
      room.disconnect();
      connection.close();
      screen.dispose();
    };
  }, [region, instance, user, tell]);
  return <div className="terminal-screen" ref={place} />;
}

/** Copies what is selected with Ctrl+Shift+C; Ctrl+Shift+V is left to the browser, which pastes. */
function isForClipboard(event: KeyboardEvent, screen: Terminal): boolean {
  if (!event.ctrlKey || !event.shiftKey) return false;
  if (event.code === "KeyC" && event.type === "keydown") {
    event.preventDefault();
    void navigator.clipboard?.writeText(screen.getSelection());
  }
  return event.code === "KeyC" || event.code === "KeyV";
}
