import { CreatePolicyVersionCommand, DeletePolicyVersionCommand } from "@aws-sdk/client-iam";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { iam } from "../clients/iam";
import { readVersion, readVersions } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { problemOf, readable } from "../forms/json";
import { useProblems } from "../forms/problems";
import { runSteps, type Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { isOfDocument } from "./CreatePolicy";
import { PolicyEditor } from "./PolicyEditor";
import { usePolicy } from "./read";

/** How many versions a policy has at most ("IAM quotas"). */
const VERSIONS_MAX = 5;

/** Edit policy: another version of it, which counts from now on if its editor wants that. */
export default function EditPolicy({ id }: { id: string }) {
  const region = useRegion();
  const reading = usePolicy(region, id);
  const policy = reading.data;
  const version = policy?.DefaultVersionId;
  const before = useReading(`policy_version/${id}/${version}`, async () =>
    version ? readable(await readVersion(region, id, version)) : undefined,
  );
  const versions = useReading(`policy_versions/${id}`, () => readVersions(region, id)).data ?? [];
  const [edited, setEdited] = useState<string>();
  const [isDefault, setDefault] = useState(true);
  const { problems, show, place, forget } = useProblems<"document">((failure) =>
    isOfDocument(failure) ? "document" : undefined,
  );
  const document = edited ?? before.data ?? "";
  const name = policy?.PolicyName ?? id;
  const back = href(region, ["policies", id]);
  const oldest = versions.length < VERSIONS_MAX ? undefined : versions.findLast((it) => !it.IsDefaultVersion);
  const submit = async () => {
    const room: Step[] = oldest
      ? [
          {
            text: `version ${oldest.VersionId} was deleted`,
            run: () =>
              iam(region).send(
                new DeletePolicyVersionCommand({ PolicyArn: id, VersionId: oldest.VersionId }),
              ),
          },
        ]
      : [];
    const made = {
      text: "the version was made",
      run: () =>
        iam(region).send(
          new CreatePolicyVersionCommand({
            PolicyArn: id,
            PolicyDocument: document,
            SetAsDefault: isDefault,
          }),
        ),
    };
    await runSteps([...room, made]);
    succeed(`Policy ${name} updated.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Policies", path: ["policies"] },
        { text: name, path: ["policies", id] },
      ]}
      title="Edit policy"
      description={`The permissions of ${name}.`}
      button="Save changes"
      cancel={back}
      check={() => show({ document: problemOf(document) })}
      place={place}
      submit={submit}
      reading={policy ? before : reading}
    >
      <PolicyEditor
        document={document}
        change={(changed) => {
          setEdited(changed);
          forget("document");
        }}
        problem={problems.document}
      />
      <Container header={<Header variant="h2">Version</Header>}>
        <Checkbox
          checked={isDefault}
          onChange={({ detail }) => setDefault(detail.checked)}
          description={
            oldest
              ? `A policy has up to ${VERSIONS_MAX} versions: the oldest that is not the default, ${oldest.VersionId}, is deleted first.`
              : "What this policy allows is what its default version says."
          }
        >
          Set this new version as the default
        </Checkbox>
      </Container>
    </FormPage>
  );
}
