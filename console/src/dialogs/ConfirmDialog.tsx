import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { type Failure, failureOf, sentence } from "../clients/failure";
import { refreshAll } from "../clients/reading";

interface Props {
  title: string;
  children: ReactNode;
  /** What has to be typed; none where the button is enough. */
  word?: string;
  /** The button's text. */
  button: string;
  /** Why it cannot be done now: the button waits. */
  isBlocked?: boolean;
  close: () => void;
  /** Does it, and says so; what it throws is shown in the dialog, which stays open too where it answers false. */
  run: () => Promise<unknown>;
}

/** Asks before something is lost. */
export function ConfirmDialog({ title, children, word, button, isBlocked = false, close, run }: Props) {
  const [typed, setTyped] = useState("");
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const isReady = !isBlocked && (word === undefined || typed === word);
  const confirm = async () => {
    if (!isReady || isRunning) return;
    setRunning(true);
    setFailure(undefined);
    try {
      if ((await run()) !== false) close();
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setRunning(false);
      void refreshAll();
    }
  };
  return (
    <Modal
      visible
      onDismiss={close}
      header={title}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!isReady} loading={isRunning} onClick={confirm}>
              {button}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        {failure && <Alert type="error">{sentence(failure)}</Alert>}
        {word !== undefined && !isBlocked && (
          <FormField label={`To confirm, type ${word} in the field.`}>
            <Input
              value={typed}
              placeholder={word}
              autoFocus
              onChange={({ detail }) => setTyped(detail.value)}
              onKeyDown={({ detail }) => detail.key === "Enter" && void confirm()}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}
