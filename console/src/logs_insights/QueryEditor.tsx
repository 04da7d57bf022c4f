import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import { useEffect, useRef } from "react";
import type { CompileError } from "./useQuery";
import "./editor.css";

/** How many lines there are at least. */
const LINES_MIN = 6;

interface Props {
  query: string;
  change: (query: string) => void;
  run: () => void;
  compileError: CompileError | undefined;
}

/** Where a query is written: with numbers beside its lines, and below it what is wrong, and where. */
export function QueryEditor({ query, change, run, compileError }: Props) {
  const editor = useRef<HTMLTextAreaElement>(null);
  const lines = Math.max(LINES_MIN, query.split("\n").length);
  const numbers = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
  useEffect(() => {
    const { start, end } = compileError ?? {};
    if (start === undefined) return;
    editor.current?.focus();
    editor.current?.setSelectionRange(start, end ?? start);
  }, [compileError]);
  return (
    <FormField
      label="Query"
      controlId="query"
      stretch
      constraintText="Ctrl+Enter runs it."
      errorText={compileError && `MalformedQueryException: ${compileError.message}`}
    >
      <div className="query-editor">
        <pre aria-hidden="true">{numbers}</pre>
        <textarea
          id="query"
          ref={editor}
          value={query}
          rows={lines}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
          }}
        />
      </div>
      {compileError?.start !== undefined && <Where query={query} at={compileError.start} />}
    </FormField>
  );
}

/** How much of a line is shown before and after the place. */
const AROUND = 40;

/** The line that is wrong, with a mark below the place; positions begin with zero, as the service counts them. */
function Where({ query, at }: { query: string; at: number }) {
  const before = query.slice(0, at).split("\n");
  const column = before.at(-1)?.length ?? 0;
  const from = Math.max(0, column - AROUND);
  const line = query.split("\n")[before.length - 1] ?? "";
  return (
    <Box padding={{ top: "xs" }}>
      <Box variant="small">{`Line ${before.length}, position ${column}`}</Box>
      <pre className="query-error">{`${line.slice(from, column + AROUND)}\n${" ".repeat(column - from)}^`}</pre>
    </Box>
  );
}
