import { useState } from "react";
import { type Failure, failureOf } from "../clients/failure";
import { refreshAll } from "../clients/reading";
import type { Home } from "./read";
import { upload } from "./upload";

/** A file on its way into a bucket. */
export interface Sending {
  key: string;
  file: File;
  state: "chosen" | "waiting" | "sending" | "done";
  /** How many bytes have gone up. */
  sent: number;
  /** Why it did not arrive. */
  failure?: Failure;
}

export function isDone({ state }: Sending): boolean {
  return state === "done";
}

/** The files that somebody chooses, and what becomes of them once they are sent. */
export function useUploads(home: Home, folder: string) {
  const [files, setFiles] = useState<Sending[]>([]);
  const [hasBegun, setBegun] = useState(false);
  const change = (key: string, part: Partial<Sending>) =>
    setFiles((all) => all.map((it) => (it.key === key ? { ...it, ...part } : it)));
  const add = (added: File[]) =>
    setFiles((all) => {
      const chosen = added.map((file): Sending => {
        return { key: folder + file.name, file, state: "chosen", sent: 0 };
      });
      // Of two with one name the later counts, as it would in the bucket.
      return [...all.filter((it) => !chosen.some(({ key }) => key === it.key)), ...chosen];
    });
  const remove = (keys: string[]) => setFiles((all) => all.filter((it) => !keys.includes(it.key)));
  const begin = async () => {
    setBegun(true);
    setFiles((all) => all.map((it) => ({ ...it, state: "waiting" })));
    for (const { key, file } of files) {
      change(key, { state: "sending" });
      const failure = await upload(home, key, file, (sent) => change(key, { sent })).then(
        () => undefined,
        failureOf,
      );
      change(key, { state: "done", ...(failure && { failure }) });
    }
    void refreshAll();
  };
  return { files, hasBegun, add, remove, begin };
}
