import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Failure } from "../clients/failure";
import { iam } from "../clients/iam";
import { problemOf } from "../forms/json";
import { useProblems } from "../forms/problems";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { WizardPage } from "../forms/WizardPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { NamingFields } from "../iam/NamingFields";
import { DocumentView } from "../resources/DocumentView";
import { PolicyEditor, SKELETON } from "./PolicyEditor";
import { refusalOf } from "./verdict";

/** Create policy: what it allows, then what it is called. */
export default function CreatePolicy() {
  const region = useRegion();
  const [document, setDocument] = useState(SKELETON);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [tags, setTags] = useState<TypedTag[]>([]);
  const text = useProblems<"document">((failure) => (isOfDocument(failure) ? "document" : undefined));
  const names = useProblems<"name" | "description">(fieldOf);
  const submit = async () => {
    const { Policy } = await iam(region).send(
      new CreatePolicyCommand({
        PolicyName: name,
        PolicyDocument: document,
        Description: description || undefined,
        Tags: written(tags),
      }),
    );
    const view = <Button href={href(region, ["policies", Policy?.Arn ?? ""])}>View policy</Button>;
    succeed(`Policy ${name} created.`, view);
    go(href(region, ["policies"]));
  };
  return (
    <WizardPage
      above={[{ text: "Policies", path: ["policies"] }]}
      title="Create policy"
      button="Create policy"
      cancel={href(region, ["policies"])}
      submit={submit}
      steps={[
        {
          title: "Specify permissions",
          description: "Say which actions are allowed, on which resources and under which conditions.",
          check: async () =>
            text.show({ document: problemOf(document) ?? (await refusalOf(region, document)) }),
          place: text.place,
          content: (
            <PolicyEditor
              document={document}
              change={(changed) => {
                setDocument(changed);
                text.forget("document");
              }}
              problem={text.problems.document}
            />
          ),
        },
        {
          title: "Review and create",
          description: "Review the permissions, and give the policy a name and tags.",
          check: () => names.show({ name: name ? undefined : "Enter a name." }),
          place: names.place,
          content: (
            <SpaceBetween size="l">
              <NamingFields
                of="policy"
                descriptionLabel="Description – optional"
                nameMax={128}
                name={name}
                changeName={setName}
                description={description}
                changeDescription={setDescription}
                names={names}
              />
              <Container header={<Header variant="h2">Permissions defined in this policy</Header>}>
                <DocumentView document={document} />
              </Container>
              <TagsEditor tags={tags} change={setTags} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

/** Whether a refusal is about the text of a policy. */
export function isOfDocument({ code, message }: Failure): boolean {
  return (
    code === "MalformedPolicyDocument" ||
    message.includes("policyDocument") ||
    (code === "LimitExceeded" && message.includes("PolicySize"))
  );
}

function fieldOf({ code, message }: Failure): "name" | "description" | undefined {
  if (code === "EntityAlreadyExists" || message.includes("policyName")) return "name";
  return message.includes("at 'description'") ? "description" : undefined;
}
