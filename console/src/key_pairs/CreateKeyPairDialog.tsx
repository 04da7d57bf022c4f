import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import { failureOf, sentence } from "../clients/failure";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { createKeyPair, isAboutTheName, NEW_KEY_PAIR, nameProblem } from "./create";
import { KeyPairFields } from "./KeyPairFields";

interface Props {
  region: string;
  close: () => void;
  /** Hears the name of the one that was made. */
  created: (name: string) => void;
}

/** Create key pair, within another form. */
export function CreateKeyPairDialog({ region, close, created }: Props) {
  const [pair, setPair] = useState(NEW_KEY_PAIR);
  const [problem, setProblem] = useState<string>();
  const run = async () => {
    const found = nameProblem(pair.name);
    setProblem(found);
    if (found) return false;
    try {
      await createKeyPair(region, pair);
    } catch (error) {
      const failure = failureOf(error);
      if (!isAboutTheName(failure)) throw error;
      setProblem(sentence(failure));
      return false;
    }
    created(pair.name);
    return true;
  };
  return (
    <ConfirmDialog title="Create key pair" button="Create key pair" close={close} run={run}>
      <KeyPairFields nameLabel="Key pair name" pair={pair} change={setPair} problem={problem} />
      <Alert type="warning">
        When prompted, store the private key in a secure and accessible location on your computer. You will
        need it later to connect to your instance.
      </Alert>
    </ConfirmDialog>
  );
}
