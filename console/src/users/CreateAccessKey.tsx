import { type AccessKey, CreateAccessKeyCommand, TagUserCommand } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { failureOf } from "../clients/failure";
import { iam } from "../clients/iam";
import { useProblems } from "../forms/problems";
import { WizardPage } from "../forms/WizardPage";
import { fail } from "../frame/flash";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { crumbsOf } from "../policies/holders";
import { Copied } from "../resources/cells";
import { RetrievePage } from "./RetrievePage";
import { Secret } from "./Secret";

/** AWS's use cases, with what it recommends instead of a key. */
const USE_CASES = [
  {
    value: "cli",
    label: "Command Line Interface (CLI)",
    description: "You plan to use this access key to enable the AWS CLI to access your AWS account.",
    instead: "Use the AWS CLI with temporary credentials of a role where you can.",
  },
  {
    value: "local",
    label: "Local code",
    description:
      "You plan to use this access key to enable application code in a local development environment to access your AWS account.",
    instead: "Use an integrated development environment that gets temporary credentials where you can.",
  },
  {
    value: "compute",
    label: "Application running on an AWS compute service",
    description:
      "You plan to use this access key to enable application code running on an AWS compute service like Amazon EC2 to access your AWS account.",
    instead: "Give the instance a role: its programs get temporary credentials by themselves.",
  },
  {
    value: "third-party",
    label: "Third-party service",
    description:
      "You plan to use this access key to enable access for a third-party application or service that monitors or manages your AWS resources.",
    instead: "Let the service take a role of your account, with an external ID.",
  },
  {
    value: "outside",
    label: "Application running outside AWS",
    description:
      "You plan to use this access key to authenticate workloads running in your data center or other infrastructure outside of AWS.",
    instead: "Use temporary credentials of a role that an identity provider vouches for.",
  },
  { value: "other", label: "Other", description: "Your use case is not listed here.", instead: "" },
];

/** Create access key, of a user or, without a name, one's own. */
export default function CreateAccessKey({ id }: { id: string }) {
  const { route, session } = usePlace();
  const { region } = route;
  const name = id || session.user;
  const [useCase, setUseCase] = useState("");
  const [isConfirmed, confirm] = useState(false);
  const [description, setDescription] = useState("");
  const [made, setMade] = useState<AccessKey>();
  const { problems, show, forget } = useProblems<"useCase" | "confirmation">();
  const above = id
    ? crumbsOf({ kind: "user", name: id })
    : [{ text: "My security credentials", path: ["security_credentials"] }];
  const back = href(
    region,
    id ? ["users", id] : ["security_credentials"],
    id ? { tab: "security_credentials" } : {},
  );
  if (made) return <Retrieve made={made} above={above} next={back} user={name} />;
  const submit = async () => {
    const { AccessKey } = await iam(region).send(new CreateAccessKeyCommand({ UserName: id || undefined }));
    setMade(AccessKey);
    if (!description || !name || !AccessKey) return;
    // The key is there whatever becomes of its description, and is shown this once.
    await iam(region)
      .send(
        new TagUserCommand({ UserName: name, Tags: [{ Key: AccessKey.AccessKeyId, Value: description }] }),
      )
      .catch((error) => fail("The description tag was not set", failureOf(error)));
  };
  const instead = USE_CASES.find((it) => it.value === useCase)?.instead;
  const confirmed = "I understand the above recommendation and want to proceed to create an access key.";
  const practices = {
    title: "Access key best practices & alternatives",
    description:
      "Avoid using long-term credentials like access keys to improve your security. Consider the following use cases and alternatives.",
    check: () =>
      show({
        useCase: useCase ? undefined : "Choose a use case.",
        confirmation: isConfirmed ? undefined : "Confirm that you understand the recommendation.",
      }),
    content: (
      <SpaceBetween size="l">
        <Container header={<Header variant="h2">Use case</Header>}>
          <FormField errorText={problems.useCase} stretch>
            <Tiles
              ariaLabel="Use case"
              columns={1}
              value={useCase || null}
              items={USE_CASES.map(({ value, label, description }) => ({ value, label, description }))}
              onChange={({ detail }) => {
                setUseCase(detail.value);
                forget("useCase");
              }}
            />
          </FormField>
        </Container>
        {instead && (
          <Alert type="info" header="Alternatives recommended">
            {instead}
          </Alert>
        )}
        {!name && (
          <Alert type="warning" header="This is a key of the root user">
            It may do everything in the account, and no policy limits it. Create a user, and a key of theirs.
          </Alert>
        )}
        <FormField label="Confirmation" errorText={problems.confirmation}>
          <Checkbox
            checked={isConfirmed}
            onChange={({ detail }) => {
              confirm(detail.checked);
              forget("confirmation");
            }}
          >
            {confirmed}
          </Checkbox>
        </FormField>
      </SpaceBetween>
    ),
  };
  const tag = {
    title: "Set description tag",
    isOptional: true,
    description:
      "The description for this access key will be attached to this user as a tag and shown alongside the access key.",
    content: (
      <Container>
        <FormField
          label="Description tag value"
          description="Describe the purpose of this access key and where it will be used."
          constraintText="Maximum 256 characters. Allowed characters are letters, numbers, spaces representable in UTF-8, and: _ . : / = + - @"
        >
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
      </Container>
    ),
  };
  return (
    <WizardPage
      above={above}
      title="Create access key"
      button="Create access key"
      cancel={back}
      submit={submit}
      // The root user has no tags.
      steps={name ? [practices, tag] : [practices]}
    />
  );
}

interface RetrieveProps {
  made: AccessKey;
  above: { text: string; path: string[] }[];
  next: string;
  user: string | undefined;
}

function Retrieve({ made, above, next, user }: RetrieveProps) {
  const { AccessKeyId = "", SecretAccessKey = "" } = made;
  // As they are: spreadsheets may take one that begins with + for a formula, but programs read them.
  const text = `Access key ID,Secret access key\r\n${AccessKeyId},${SecretAccessKey}\r\n`;
  return (
    <RetrievePage
      above={above}
      title="Retrieve access keys"
      secret="secret access key"
      fields={[
        { label: "Access key", value: <Copied text={AccessKeyId} label="Access key" /> },
        { label: "Secret access key", value: <Secret text={SecretAccessKey} label="secret access key" /> },
      ]}
      file={{ name: user ? `${user}_accessKeys.csv` : "rootkey.csv", text }}
      next={next}
    />
  );
}
