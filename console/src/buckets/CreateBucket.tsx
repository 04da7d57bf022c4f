import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  type ObjectOwnership,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { refusal } from "../clients/failure";
import { s3 } from "../clients/s3";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { placeOf } from "../frame/regions";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { NOT_THERE_YET } from "../resources/noun";
import { isOfName, problemOfName } from "./name";
import { OwnershipField } from "./OwnershipField";
import { BLOCKED, isAllBlocked, PublicAccessFields } from "./PublicAccessFields";
import { readBuckets } from "./read";
import { VERSIONING } from "./versioning";

/** The Region whose buckets are made without naming it. */
const UNNAMED = "us-east-1";

/** Create bucket. */
export default function CreateBucket() {
  const region = useRegion();
  const [name, setName] = useState("");
  const [ownership, setOwnership] = useState<ObjectOwnership>("BucketOwnerEnforced");
  const [blocked, setBlocked] = useState(BLOCKED);
  const [isAware, setAware] = useState(false);
  const [versioning, setVersioning] = useState("Suspended");
  const [tags, setTags] = useState<TypedTag[]>([]);
  const { problems, show, place, forget } = useProblems<"name" | "public">((failure) =>
    isOfName(failure) ? "name" : undefined,
  );
  const isPublic = !isAllBlocked(blocked);
  const check = () =>
    show({
      name: problemOfName(name),
      public: isPublic && !isAware ? "Say that you know of it." : undefined,
    });
  const submit = async () => {
    await refuseOwn(region, name);
    await runSteps([
      { text: `bucket ${name} was created`, run: () => create(region, name, ownership, tags) },
      ...(isPublic
        ? [
            {
              text: "public access was set",
              run: () =>
                s3(region).send(
                  new PutPublicAccessBlockCommand({ Bucket: name, PublicAccessBlockConfiguration: blocked }),
                ),
            },
          ]
        : []),
      ...(versioning === "Enabled"
        ? [
            {
              text: "versioning was turned on",
              run: () =>
                s3(region).send(
                  new PutBucketVersioningCommand({
                    Bucket: name,
                    VersioningConfiguration: { Status: "Enabled" },
                  }),
                ),
            },
          ]
        : []),
    ]);
    succeed(
      <>
        Successfully created bucket "<ResourceLink region={region} noun="buckets" id={name} />
        ". To upload files and folders, or to configure additional bucket settings, choose View details.
      </>,
    );
    go(href(region, ["buckets"]));
  };
  return (
    <FormPage
      above={[{ text: "General purpose buckets", path: ["buckets"] }]}
      title="Create bucket"
      description="Buckets are containers for data stored in S3."
      button="Create bucket"
      cancel={href(region, ["buckets"])}
      check={check}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">General configuration</Header>}>
        <SpaceBetween size="l">
          <FormField label="AWS Region">
            {placeOf(region)} {region}
          </FormField>
          <FormField label="Bucket type">
            <Tiles
              value="general"
              items={[
                {
                  value: "general",
                  label: "General purpose",
                  description: "For most uses; objects lie in several Availability Zones.",
                },
                { value: "directory", label: "Directory", description: NOT_THERE_YET, disabled: true },
              ]}
              onChange={() => undefined}
            />
          </FormField>
          <TextField
            label="Bucket name"
            description="The name is unique among the buckets of all accounts, and cannot be changed."
            constraint="3 to 63 lowercase letters, digits, dots and hyphens; it begins and ends with a letter or digit."
            value={name}
            change={(value) => {
              setName(value);
              forget("name");
            }}
            problem={problems.name}
          />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Object Ownership</Header>}>
        <OwnershipField ownership={ownership} choose={setOwnership} />
      </Container>
      <Container header={<Header variant="h2">Block Public Access settings for this bucket</Header>}>
        <SpaceBetween size="m">
          <PublicAccessFields settings={blocked} change={setBlocked} />
          {isPublic && (
            <Alert type="warning" header="This bucket and its objects might become public">
              <FormField errorText={problems.public}>
                <Checkbox checked={isAware} onChange={({ detail }) => setAware(detail.checked)}>
                  I acknowledge that the current settings might result in this bucket and the objects within
                  becoming public.
                </Checkbox>
              </FormField>
            </Alert>
          )}
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Bucket Versioning</Header>}>
        <FormField label="Bucket Versioning" description="Keeps every version of an object.">
          <RadioGroup
            value={versioning}
            items={VERSIONING.map(({ value, choice }) => ({ value, label: choice }))}
            onChange={({ detail }) => setVersioning(detail.value)}
          />
        </FormField>
      </Container>
      <TagsEditor tags={tags} change={setTags} />
      <Container header={<Header variant="h2">Default encryption</Header>}>
        <Box>Server-side encryption with Amazon S3 managed keys (SSE-S3), as new buckets have it.</Box>
      </Container>
    </FormPage>
  );
}

/**
 * The first Region lets a bucket's owner make it again, and changes nothing ("CreateBucket", Amazon S3 API Reference). Whoever
 * fills in a form wants another one.
 */
async function refuseOwn(region: string, name: string) {
  // Who may not list buckets hears of it from the call that creates.
  const own = await readBuckets(region).catch(() => []);
  if (own.some((it) => it.Name === name)) {
    throw refusal("BucketAlreadyOwnedByYou", "A bucket of yours has this name already.");
  }
}

function create(region: string, Bucket: string, ObjectOwnership: ObjectOwnership, tags: TypedTag[]) {
  const Tags = written(tags);
  const LocationConstraint = region === UNNAMED ? undefined : (region as BucketLocationConstraint);
  const CreateBucketConfiguration = {
    ...(LocationConstraint && { LocationConstraint }),
    ...(Tags.length > 0 && { Tags }),
  };
  const isNeeded = Object.keys(CreateBucketConfiguration).length > 0;
  return s3(region).send(
    new CreateBucketCommand({ Bucket, ObjectOwnership, ...(isNeeded && { CreateBucketConfiguration }) }),
  );
}
