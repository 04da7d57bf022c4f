import type { Policy } from "@aws-sdk/client-iam";

/** Whether a policy is AWS's own, which nobody changes. */
export function isOfAws({ Arn }: { Arn?: string | undefined }): boolean {
  return Arn?.split(":")[4] === "aws";
}

/** The column Type, as AWS's console has it. */
export function typeOf(policy: { Arn?: string | undefined }): string {
  if (!isOfAws(policy)) return "Customer managed";
  return policy.Arn?.includes(":policy/job-function/") ? "AWS managed - job function" : "AWS managed";
}

/** The column Used as: how many have its permissions, and how many are bounded by it. */
export function usedAs({ AttachmentCount = 0, PermissionsBoundaryUsageCount = 0 }: Policy): string {
  const uses = [
    AttachmentCount > 0 && `Permissions policy (${AttachmentCount})`,
    PermissionsBoundaryUsageCount > 0 && `Boundary (${PermissionsBoundaryUsageCount})`,
  ];
  return uses.filter(Boolean).join(", ") || "None";
}
