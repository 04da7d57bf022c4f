/** What IAM's names are made of, as fields say it. */
export function nameRule(max: number): string {
  return `Maximum ${max} characters. Use alphanumeric and '+=,.@-_' characters.`;
}
