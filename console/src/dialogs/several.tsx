import Box from "@cloudscape-design/components/box";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";

interface Several<T> {
  /** What one of them is called: `security group`. */
  one: string;
  items: T[];
  id: (item: T) => string | undefined;
  remove: (item: T) => Promise<unknown>;
}

interface Listed<T> extends Several<T> {
  region: string;
  /** The noun's path. */
  noun: string;
}

/** Deletes several resources of a kind in turn, and leads to their list. */
export async function deleteSeveral<T>({ region, noun, ...several }: Listed<T>) {
  await deleteParts(several);
  go(href(region, [noun]));
}

/** Deletes several parts of a resource in turn, and stays with it. */
export async function deleteParts<T>({ one, items, id, remove }: Several<T>) {
  await runSteps(items.map((it) => ({ text: `${id(it)} was deleted`, run: () => remove(it) })));
  succeed(`You successfully deleted ${counted(items.length, one)}.`);
}

/** Says which ones. */
export function WillBeDeleted({ titles }: { titles: string[] }) {
  return (
    <Box>
      For good will be deleted: <Box variant="strong">{titles.join(", ")}</Box>
    </Box>
  );
}
