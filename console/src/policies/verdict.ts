import { GetContextKeysForCustomPolicyCommand } from "@aws-sdk/client-iam";
import { useEffect, useState } from "react";
import { failureOf } from "../clients/failure";
import { iam } from "../clients/iam";
import { problemOf } from "../forms/json";

/** How long somebody must not type before the service is asked. */
const PAUSE_MS = 500;

/** What the service says against a policy's text: it reads one for its condition keys as it does when one is created. */
export async function refusalOf(region: string, document: string): Promise<string | undefined> {
  try {
    await iam(region).send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [document] }));
    return undefined;
  } catch (error) {
    const { code, message } = failureOf(error);
    // Who may not ask, or nobody answers: the call that creates it will say.
    return code === "InvalidInput" ? message : undefined;
  }
}

/** What is wrong with a policy, while it is typed: where it is no JSON, or what the service says. */
export function useVerdict(region: string, document: string): string | undefined {
  const problem = problemOf(document);
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    let isLatest = true;
    setRefusal(undefined);
    if (problem !== undefined) return;
    const asking = setTimeout(async () => {
      const answer = await refusalOf(region, document);
      if (isLatest) setRefusal(answer);
    }, PAUSE_MS);
    return () => {
      isLatest = false;
      clearTimeout(asking);
    };
  }, [region, document, problem]);
  return problem ?? refusal;
}
