import type { Tag } from "@aws-sdk/client-ec2";
import type { Noun } from "./noun";

/** What stands where there is nothing. */
export const DASH = "–";

export function nameIn(tags: Tag[] | undefined): string {
  return tags?.find((tag) => tag.Key === "Name")?.Value ?? "";
}

export function nameOf<T>(noun: Noun<T>, item: T): string {
  return nameIn(noun.tags(item));
}

/** `vpc-0abc / web`, or the identifier alone. */
export function titleOf(id: string, name: string): string {
  return name ? `${id} / ${name}` : id;
}

/** `available` as the console writes it: `Available`. */
export function capitalised(text: string | undefined): string {
  return text ? text[0]?.toUpperCase() + text.slice(1).replaceAll("-", " ") : DASH;
}

export function yesNo(value: boolean | undefined): string {
  return value ? "Yes" : "No";
}

/** `1 subnet`, `2 subnets`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What people call a resource. */
export function labelOf<T>(noun: Noun<T>, item: T): string {
  return noun.label?.(item) ?? titleOf(noun.id(item), nameOf(noun, item));
}
