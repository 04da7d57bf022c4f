import type { Failure } from "../clients/failure";

/** What S3 says of a name that a bucket cannot have. */
const OF_NAMES = ["InvalidBucketName", "BucketAlreadyExists", "BucketAlreadyOwnedByYou"];

export function isOfName({ code }: Failure): boolean {
  return OF_NAMES.includes(code);
}

/** Names that the SDK would not send: they are no part of a path. S3 says the rest. */
export function problemOfName(name: string): string | undefined {
  if (name === "") return "Type a name.";
  return /[\s/?#]/.test(name) ? "A bucket's name has no spaces and no / ? #." : undefined;
}
