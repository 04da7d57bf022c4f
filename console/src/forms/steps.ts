import { inform } from "../frame/flash";

/** One of several calls that a form makes. */
export interface Step {
  text: string;
  run: () => Promise<unknown>;
}

/** Makes the calls in turn. Where one is refused, what was done before is told beside the refusal. */
export async function runSteps(steps: Step[]) {
  const done: string[] = [];
  for (const { text, run } of steps) {
    try {
      await run();
    } catch (error) {
      if (done.length > 0) inform(`This was done before the refusal: ${done.join("; ")}.`);
      throw error;
    }
    done.push(text);
  }
}
