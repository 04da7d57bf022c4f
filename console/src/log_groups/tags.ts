import type { TypedTag } from "../forms/TagsEditor";

/** Tags as CloudWatch Logs takes them. */
export function tagRecord(tags: TypedTag[]): Record<string, string> {
  return Object.fromEntries(tags.filter((tag) => tag.key).map(({ key, value }) => [key, value]));
}
