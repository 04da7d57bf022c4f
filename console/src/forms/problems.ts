import { useState } from "react";
import { type Failure, sentence } from "../clients/failure";

/** What is wrong, by the field that it is shown under. */
export type Problems<Field extends string> = { [field in Field]?: string };

/** Whether there are none. */
export function areNone(problems: Problems<string>): boolean {
  return Object.values(problems).every((it) => !it);
}

/**
 * What is wrong with a form's fields: what its own check has found, or what a service says of one of them. `fieldOf` names the
 * field that a refusal is about.
 */
export function useProblems<Field extends string>(
  fieldOf: (failure: Failure) => Field | undefined = () => undefined,
) {
  const [problems, setProblems] = useState<Problems<Field>>({});
  return {
    problems,
    /** Shows what a check has found; true if that is nothing. */
    show: (found: Problems<Field>) => {
      setProblems(found);
      return areNone(found);
    },
    /** Shows a refusal under its field, as `FormPage` asks for it. */
    place: (failure: Failure | undefined) => {
      const field = failure && fieldOf(failure);
      setProblems(field ? ({ [field]: sentence(failure) } as Problems<Field>) : {});
      return field !== undefined;
    },
    /** Takes away what is shown under a field that is changed. */
    forget: (field: Field) => setProblems((before) => ({ ...before, [field]: undefined })),
  };
}
