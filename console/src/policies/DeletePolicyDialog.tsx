import { DeletePolicyCommand, DeletePolicyVersionCommand, type Policy } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import { iam } from "../clients/iam";
import { readVersions } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { go, href } from "../frame/route";
import { detach } from "./attach";
import { readHolders } from "./read";

interface Props {
  region: string;
  policy: Policy;
  close: () => void;
}

/** Asks before a policy is deleted; whoever has it loses it first, which the API wants done. */
export function DeletePolicyDialog({ region, policy, close }: Props) {
  const { Arn = "", PolicyName = "" } = policy;
  const holders = useReading(`policy_holders/${Arn}`, () => readHolders(region, Arn));
  const run = async () => {
    const [holding, versions] = await Promise.all([readHolders(region, Arn), readVersions(region, Arn)]);
    await runSteps([
      ...holding.map((holder) => ({
        text: `it was detached from ${holder.name}`,
        run: () => detach(region, holder, Arn),
      })),
      ...versions
        .filter((it) => !it.IsDefaultVersion)
        .map(({ VersionId }) => ({
          text: `version ${VersionId} was deleted`,
          run: () => iam(region).send(new DeletePolicyVersionCommand({ PolicyArn: Arn, VersionId })),
        })),
      {
        text: "it was deleted",
        run: () => iam(region).send(new DeletePolicyCommand({ PolicyArn: Arn })),
      },
    ]);
    succeed(`Policy ${PolicyName} deleted.`);
    go(href(region, ["policies"]));
  };
  return (
    <ConfirmDialog title={`Delete ${PolicyName}?`} button="Delete" word={PolicyName} close={close} run={run}>
      <Box>
        Delete <Box variant="strong">{PolicyName}</Box> and all of its versions for good. What it allowed is
        no longer allowed to whoever has it.
      </Box>
      {holders.data && holders.data.length > 0 && (
        <Alert type="warning" header="It is attached, and will be detached from:">
          {holders.data.map(({ kind, name }) => `${name} (${kind})`).join(", ")}
        </Alert>
      )}
    </ConfirmDialog>
  );
}
