/** A document with a line for each of its parts; one that is no JSON as it is. */
export function readable(document: string | undefined): string {
  try {
    return JSON.stringify(JSON.parse(document ?? ""), null, 2);
  } catch {
    return document ?? "";
  }
}

/** Why a document cannot be sent; the service says the rest. */
export function problemOf(document: string): string | undefined {
  if (document.trim() === "") return "Enter a policy.";
  try {
    JSON.parse(document);
    return undefined;
  } catch (error) {
    return `This is no JSON: ${error instanceof Error ? error.message : error}`;
  }
}
