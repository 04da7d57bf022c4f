import { useState } from "react";
import { type Failure, failureOf } from "../clients/failure";
import { refreshAll } from "../clients/reading";

interface Sending {
  /** Does it, and leads on; what it throws is shown under the field it is about, or above the buttons. */
  submit: () => Promise<void>;
  /** Whether what is typed can be sent: the form's own checks. Shows them. */
  check?: (() => boolean) | undefined;
  /** Hears of a failure; true if a field shows it. */
  place?: ((failure: Failure | undefined) => boolean) | undefined;
  isDisabled?: boolean | undefined;
}

/** Sends a form: once at a time, with what was refused, and everything read again afterwards. */
export function useSubmit({ submit, check, place, isDisabled }: Sending) {
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const send = async () => {
    setFailure(undefined);
    place?.(undefined);
    if (isRunning || isDisabled || check?.() === false) return;
    setRunning(true);
    try {
      await submit();
    } catch (error) {
      const failed = failureOf(error);
      if (!place?.(failed)) setFailure(failed);
    } finally {
      setRunning(false);
      void refreshAll();
    }
  };
  return { send, isRunning, failure, forgetFailure: () => setFailure(undefined) };
}
