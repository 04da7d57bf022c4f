import Box from "@cloudscape-design/components/box";
import { readable } from "../forms/json";

/** A policy or the like, to be read. */
export function DocumentView({ document }: { document: string | undefined }) {
  return (
    <Box variant="code">
      <pre>{readable(document)}</pre>
    </Box>
  );
}
