import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { type Holder, readInline } from "../clients/identities";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { problemOf, readable } from "../forms/json";
import { useProblems } from "../forms/problems";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { nameRule } from "../iam/names";
import { putInline } from "./attach";
import { isOfDocument } from "./CreatePolicy";
import { crumbsOf, NOUN_OF } from "./holders";
import { PolicyEditor, SKELETON } from "./PolicyEditor";

/** How many characters the policies within somebody have together ("IAM quotas"). */
const INLINE_MAX = { role: 10_240, user: 2048, group: 5120 };

/** A policy that is a part of a role, a user or a group: a new one, or the one that `?policy=…` names. */
export function InlinePolicy({ holder }: { holder: Holder }) {
  const { region, query } = usePlace().route;
  const known = query.get("policy") ?? undefined;
  const [typed, setName] = useState("");
  const name = known ?? typed;
  const before = useReading(`inline/${holder.kind}/${holder.name}/${known}`, async () =>
    known ? readable(await readInline(region, holder, known)) : SKELETON,
  );
  const [edited, setEdited] = useState<string>();
  const document = edited ?? before.data ?? "";
  const { problems, show, place, forget } = useProblems<"document" | "name">((failure) => {
    if (isOfDocument(failure)) return "document";
    return failure.message.includes("policyName") ? "name" : undefined;
  });
  const back = href(region, [NOUN_OF[holder.kind], holder.name]);
  const submit = async () => {
    await putInline(region, holder, name, document);
    succeed(`Policy ${name} ${known ? "updated" : "created"}.`);
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf(holder)}
      title={known ? `Modify permissions in ${known}` : "Create inline policy"}
      crumb={known ?? "Create inline policy"}
      description={`It is a part of ${holder.name}, and goes with it.`}
      button={known ? "Save changes" : "Create policy"}
      cancel={back}
      check={() =>
        show({ document: problemOf(document), name: name ? undefined : "Enter a name for the policy." })
      }
      place={place}
      submit={submit}
      reading={before}
    >
      <PolicyEditor
        document={document}
        change={(changed) => {
          setEdited(changed);
          forget("document");
        }}
        problem={problems.document}
        max={INLINE_MAX[holder.kind]}
      />
      {!known && (
        <Container header={<Header variant="h2">Policy details</Header>}>
          <TextField
            label="Policy name"
            constraint={nameRule(128)}
            value={typed}
            change={(changed) => {
              setName(changed);
              forget("name");
            }}
            problem={problems.name}
          />
        </Container>
      )}
    </FormPage>
  );
}
