import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { refreshAll } from "../clients/reading";
import { onSignedOut, type SignedOut, session } from "./session";

/** Lies over the page while nobody is signed in, and leaves what was typed below it as it is. */
export function SignedOutDialog() {
  const [problem, setProblem] = useState<SignedOut>();
  useEffect(() => onSignedOut(setProblem), []);
  const tryAgain = () =>
    session().then(
      () => refreshAll(),
      () => undefined,
    );
  return (
    <Modal
      visible={problem !== undefined}
      onDismiss={() => setProblem(undefined)}
      header="You are not signed in"
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <Button variant="primary" onClick={tryAgain}>
            Try again
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{problem?.message}</Alert>
        <Box>
          Run <Box variant="code">hamlet console</Box> and open the address that it prints, in this browser.
          Then come back to this tab: what you have typed is still here.
        </Box>
      </SpaceBetween>
    </Modal>
  );
}
