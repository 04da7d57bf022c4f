import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

/** What is shown once, and only when somebody asks for it. */
export function Secret({ text, label }: { text: string; label: string }) {
  const [isShown, show] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <CopyToClipboard
        variant="icon"
        textToCopy={text}
        copyButtonAriaLabel={`Copy ${label}`}
        copySuccessText={`${label} copied`}
        copyErrorText={`${label} could not be copied`}
      />
      <Box variant="code">{isShown ? text : "*".repeat(20)}</Box>
      <Button
        variant="inline-link"
        ariaLabel={`${isShown ? "Hide" : "Show"} ${label}`}
        onClick={() => show(!isShown)}
      >
        {isShown ? "Hide" : "Show"}
      </Button>
    </SpaceBetween>
  );
}
