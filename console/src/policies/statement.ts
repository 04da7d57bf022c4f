/** A policy with one more statement, which has more than those of identities have if it is another's; one that cannot be read as it is. */
export function withStatement(document: string, more: Record<string, unknown> = {}): string {
  try {
    const policy = JSON.parse(document);
    const statements = [policy.Statement ?? []].flat();
    const added = {
      Sid: `Statement${statements.length + 1}`,
      ...more,
      Effect: "Allow",
      Action: [],
      Resource: [],
    };
    return JSON.stringify({ ...policy, Statement: [...statements, added] }, null, 4);
  } catch {
    return document;
  }
}
