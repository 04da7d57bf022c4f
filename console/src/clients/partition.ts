/** The partition that a Region is in, as ARNs name it ("Amazon Resource Names", IAM User Guide). */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
