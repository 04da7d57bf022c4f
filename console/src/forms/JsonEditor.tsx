import CodeEditor, { type CodeEditorProps } from "@cloudscape-design/components/code-editor";
import FormField from "@cloudscape-design/components/form-field";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { remember, remembered } from "../frame/memory";
import { loadAce } from "./ace";

const HEIGHT = 340;
const HEIGHT_KEY = "editor-height";
const WRAPS_KEY = "editor-wraps-lines";

interface Props {
  label: string;
  description?: ReactNode;
  constraint?: ReactNode;
  document: string;
  change: (document: string) => void;
  problem?: string | undefined;
}

/** A field for a document in JSON: lines are numbered, and those that cannot be read are marked while somebody types. */
export function JsonEditor({ label, description, constraint, document, change, problem }: Props) {
  const [ace, setAce] = useState<unknown>();
  const [isLoading, setLoading] = useState(true);
  const { shown, changed } = useShown(document, change);
  const [line, setLine] = useState<number>();
  const [height, setHeight] = useState(() => remembered(HEIGHT_KEY, HEIGHT));
  const [preferences, setPreferences] = useState<Partial<CodeEditorProps.Preferences>>(() => ({
    wrapLines: remembered(WRAPS_KEY, true),
  }));
  const load = () => {
    setLoading(true);
    loadAce()
      .then(setAce, () => undefined)
      .finally(() => setLoading(false));
  };
  useEffect(load, []);
  return (
    <FormField
      label={label}
      description={description}
      constraintText={constraint}
      errorText={problem && line !== undefined ? `Line ${line}: ${problem}` : problem}
      stretch
    >
      <CodeEditor
        ace={ace}
        loading={isLoading}
        onRecoveryClick={load}
        language="json"
        value={shown}
        onValidate={({ detail }) => setLine(firstError(detail.annotations))}
        onDelayedChange={({ detail }) => changed(detail.value)}
        editorContentHeight={height}
        onEditorContentResize={({ detail }) => {
          remember(HEIGHT_KEY, detail.height);
          setHeight(detail.height);
        }}
        preferences={preferences}
        onPreferencesChange={({ detail }) => {
          // Next time the colours are the page's own again, light or dark.
          remember(WRAPS_KEY, detail.wrapLines);
          setPreferences(detail);
        }}
        themes={{ light: ["cloud_editor"], dark: ["cloud_editor_dark"] }}
      />
    </FormField>
  );
}

/**
 * What the editor is told to show: what others have set. It knows itself what is typed into it; told that again, a moment
 * later, it would take back what was typed meanwhile.
 */
function useShown(document: string, change: (document: string) => void) {
  const typed = useRef(document);
  const [shown, show] = useState(document);
  useLayoutEffect(() => {
    if (document === typed.current) return;
    typed.current = document;
    show(document);
  }, [document]);
  const changed = (text: string) => {
    typed.current = text;
    change(text);
  };
  return { shown, changed };
}

/** The line of the first thing that the editor cannot read. */
function firstError(annotations: CodeEditorProps.ValidateDetail["annotations"]): number | undefined {
  const row = annotations.find((it) => it.type === "error")?.row;
  return row === undefined ? undefined : row + 1;
}
