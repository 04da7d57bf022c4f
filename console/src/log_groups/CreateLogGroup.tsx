import { CreateLogGroupCommand, type LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Failure } from "../clients/failure";
import { logs } from "../clients/logs";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { TagsEditor, type TypedTag } from "../forms/TagsEditor";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { changeRetention } from "./RetentionDialog";
import { RetentionField } from "./RetentionField";
import { NEVER } from "./retention";
import { tagRecord } from "./tags";

const CLASSES = [
  { value: "STANDARD", label: "Standard", description: "All features." },
  {
    value: "INFREQUENT_ACCESS",
    label: "Infrequent Access",
    description: "Queries by Logs Insights only: no filters, no Live Tail.",
  },
];

/** Create log group. */
export default function CreateLogGroup() {
  const region = useRegion();
  const [name, setName] = useState("");
  const [retention, setRetention] = useState(NEVER);
  const [logClass, setLogClass] = useState("STANDARD");
  const [key, setKey] = useState("");
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place, forget } = useProblems(fieldOf);
  const submit = async () => {
    const logGroupName = name.trim();
    await runSteps([
      {
        text: `log group ${logGroupName} was created`,
        run: () =>
          logs(region).send(
            new CreateLogGroupCommand({
              logGroupName,
              logGroupClass: logClass as LogGroupClass,
              kmsKeyId: key.trim() || undefined,
              tags: tags.some((it) => it.key) ? tagRecord(tags) : undefined,
            }),
          ),
      },
      ...(retention === NEVER
        ? []
        : [
            {
              text: "its retention was set",
              run: () => changeRetention(region, logGroupName, retention),
            },
          ]),
    ]);
    succeed(
      <>
        Log group "<ResourceLink region={region} noun="log_groups" id={logGroupName} />" has been created.
      </>,
    );
    go(href(region, ["log_groups"]));
  };
  return (
    <FormPage
      above={[{ text: "Log groups", path: ["log_groups"] }]}
      title="Create log group"
      description="Flow logs find a log group in the same Region as their VPC."
      button="Create"
      cancel={href(region, ["log_groups"])}
      check={() => show({ name: name.trim() ? undefined : "Type a name." })}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Log group details</Header>}>
        <SpaceBetween size="l">
          <TextField
            label="Log group name"
            constraint="Letters, digits and . - _ / #, up to 512 of them."
            placeholder="my-log-group"
            value={name}
            change={(typed) => {
              setName(typed);
              forget("name");
            }}
            problem={problems.name}
          />
          <RetentionField label="Retention setting" retention={retention} choose={setRetention} />
          <FormField label="Log class" description="It cannot be changed later.">
            <Select
              selectedOption={CLASSES.find((it) => it.value === logClass) ?? null}
              options={CLASSES}
              onChange={({ detail }) => setLogClass(detail.selectedOption.value ?? logClass)}
            />
          </FormField>
          <TextField
            label="KMS key ARN – optional"
            placeholder="arn:aws:kms:us-east-1:123456789012:key/…"
            value={key}
            change={(typed) => {
              setKey(typed);
              forget("key");
            }}
            problem={problems.key}
          />
        </SpaceBetween>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
    </FormPage>
  );
}

function fieldOf({ code, message }: Failure) {
  if (/kms/i.test(message)) return "key";
  return code === "ResourceAlreadyExistsException" || /logGroupName|LogGroup/.test(message)
    ? "name"
    : undefined;
}
