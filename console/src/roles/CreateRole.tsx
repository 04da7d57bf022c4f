import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Failure } from "../clients/failure";
import { iam } from "../clients/iam";
import { partitionOf } from "../clients/partition";
import { problemOf } from "../forms/json";
import { useProblems } from "../forms/problems";
import { runSteps, type Step } from "../forms/steps";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { WizardPage } from "../forms/WizardPage";
import { succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { NamingFields } from "../iam/NamingFields";
import { attaching } from "../policies/attach";
import { BoundaryField } from "../policies/BoundaryField";
import { PoliciesChoice } from "../policies/PoliciesChoice";
import { DocumentView } from "../resources/DocumentView";
import { SmallTable } from "../table/SmallTable";
import { type Trust, type TrustField, TrustFields } from "./TrustFields";
import { CUSTOM_TRUST, trustOfAccount, trustOfService, USE_CASES } from "./trust";

/** Create role: who takes it, what it may do, what it is called. */
export default function CreateRole() {
  const { route, session } = usePlace();
  const { region } = route;
  const partition = partitionOf(region);
  const [trust, setTrust] = useState<Trust>({
    kind: "service",
    useCase: "",
    account: { account: "", externalId: "", needsMfa: false },
    isOther: false,
    custom: CUSTOM_TRUST,
  });
  const [policies, setPolicies] = useState<string[]>([]);
  const [boundary, setBoundary] = useState<string>();
  const [name, setName] = useState("");
  const [typedDescription, setDescription] = useState<string>();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const useCase = USE_CASES.find((it) => it.id === trust.useCase);
  const description = typedDescription ?? (trust.kind === "service" ? (useCase?.description ?? "") : "");
  const document = documentOf(trust, session.account);
  const entity = useProblems<TrustField>((failure) => (isOfTrust(failure) ? fieldOf(trust) : undefined));
  const names = useProblems<"name" | "description">(({ code, message }) => {
    if (code === "EntityAlreadyExists" || message.includes("'roleName'")) return "name";
    return message.includes("'description'") ? "description" : undefined;
  });
  const changeTrust = (part: Partial<Trust>) => {
    setTrust({ ...trust, ...part });
    entity.show({});
    const suggested = USE_CASES.find((it) => it.id === part.useCase)?.policy;
    if (suggested) setPolicies([`arn:${partition}:iam::aws:policy/${suggested}`]);
  };
  const submit = async () => {
    const created = {
      text: `the role ${name} was created`,
      run: () =>
        iam(region).send(
          new CreateRoleCommand({
            RoleName: name,
            AssumeRolePolicyDocument: document,
            Description: description || undefined,
            PermissionsBoundary: boundary || undefined,
            Tags: written(tags),
          }),
        ),
    };
    const isOfInstances = trust.kind === "service" && useCase?.service === "ec2.amazonaws.com";
    await runSteps([
      created,
      ...attaching(region, { kind: "role", name }, policies),
      ...(isOfInstances ? profileOf(region, name) : []),
    ]);
    const view = <Button href={href(region, ["roles", name])}>View role</Button>;
    succeed(`Role ${name} created.`, view);
    go(href(region, ["roles"]));
  };
  return (
    <WizardPage
      above={[{ text: "Roles", path: ["roles"] }]}
      title="Create role"
      button="Create role"
      cancel={href(region, ["roles"])}
      submit={submit}
      steps={[
        {
          title: "Select trusted entity",
          check: () => entity.show(problemsOf(trust)),
          place: entity.place,
          content: <TrustFields trust={trust} change={changeTrust} problems={entity.problems} />,
        },
        {
          title: "Add permissions",
          content: (
            <SpaceBetween size="l">
              <PoliciesChoice chosen={policies} choose={setPolicies} />
              <BoundaryField of="role" boundary={boundary} choose={setBoundary} />
            </SpaceBetween>
          ),
        },
        {
          title: "Name, review, and create",
          check: () => names.show({ name: name ? undefined : "Enter a role name." }),
          place: names.place,
          content: (
            <SpaceBetween size="l">
              <NamingFields
                of="role"
                descriptionLabel="Description"
                nameMax={64}
                name={name}
                changeName={setName}
                description={description}
                changeDescription={setDescription}
                names={names}
              />
              <Container header={<Header variant="h2">Trust policy</Header>}>
                <DocumentView document={document} />
              </Container>
              <SmallTable
                title="Permissions policy summary"
                variant="container"
                items={policies}
                empty="No policies: the role may do nothing yet."
                columns={[{ header: "Policy name", cell: (arn) => arn.split("/").at(-1) }]}
              />
              <TagsEditor tags={tags} change={setTags} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

/** What instances bear a role by. AWS's console makes one of the role's own name. */
function profileOf(region: string, name: string): Step[] {
  return [
    {
      text: `the instance profile ${name} was created`,
      run: () => iam(region).send(new CreateInstanceProfileCommand({ InstanceProfileName: name })),
    },
    {
      text: "the role was added to it",
      run: () =>
        iam(region).send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name })),
    },
  ];
}

function documentOf(trust: Trust, own: string): string {
  const { kind, useCase, account, isOther, custom } = trust;
  if (kind === "custom") return custom;
  if (kind === "account") return trustOfAccount({ ...account, account: isOther ? account.account : own });
  return trustOfService(USE_CASES.find((it) => it.id === useCase)?.service ?? "");
}

function problemsOf({ kind, useCase, account, isOther, custom }: Trust): { [field in TrustField]?: string } {
  if (kind === "custom") return { custom: problemOf(custom) };
  if (kind === "service") return { useCase: useCase ? undefined : "Choose a service or use case." };
  const isNumber = !isOther || /^\d{12}$/.test(account.account);
  return { account: isNumber ? undefined : "Enter the 12 digits of an account." };
}

function fieldOf({ kind, isOther }: Trust): TrustField | undefined {
  if (kind === "custom") return "custom";
  return kind === "account" && isOther ? "account" : undefined;
}

/** Whether a refusal is about who is trusted. */
export function isOfTrust({ code, message }: Failure): boolean {
  return code === "MalformedPolicyDocument" || message.includes("olicyDocument");
}
