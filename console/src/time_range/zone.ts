import { useState } from "react";
import { remember, remembered } from "../frame/memory";

/** In which timezone times of events are shown. */
export type Zone = "utc" | "local";

const KEY = "timezone";

/** The timezone that somebody has chosen; the browser remembers it. */
export function useZone(): [Zone, (zone: Zone) => void] {
  const [zone, setZone] = useState(() => remembered<Zone>(KEY, "local"));
  const choose = (next: Zone) => {
    remember(KEY, next);
    setZone(next);
  };
  return [zone, choose];
}

/** `2026-11-28T14:05:09.123Z`, or the same time elsewhere: `2026-11-28T15:05:09.123+01:00`. */
export function timestamp(at: number, zone: Zone): string {
  if (zone === "utc") return new Date(at).toISOString();
  const minutes = offset(at);
  const shifted = new Date(at + minutes * 60_000).toISOString().replace("Z", "");
  return shifted + offsetText(minutes);
}

/** How far local time is ahead, in minutes. */
export function offset(at: number): number {
  return -new Date(at).getTimezoneOffset();
}

function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}
