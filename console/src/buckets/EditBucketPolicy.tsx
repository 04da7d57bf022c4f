import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { sentence } from "../clients/failure";
import { s3 } from "../clients/s3";
import { FormPage } from "../forms/FormPage";
import { JsonEditor } from "../forms/JsonEditor";
import { problemOf, readable } from "../forms/json";
import { useProblems } from "../forms/problems";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { withStatement } from "../policies/statement";
import { Copied } from "../resources/cells";
import { crumbsOf, inBucket } from "./inBucket";
import { bucketArn, type Home } from "./read";
import { useBucketPolicy } from "./settings";

/** What a policy has that has nothing yet. */
const EMPTY = JSON.stringify({ Version: "2012-10-17", Statement: [] });

/** Edit bucket policy. Whoever may not read the one there is may write another all the same, if S3 lets them. */
function EditBucketPolicy({ home }: { home: Home }) {
  const region = useRegion();
  const { data, failure } = useBucketPolicy(home);
  const [edited, setEdited] = useState<string>();
  const { problems, show, place, forget } = useProblems<"policy">(({ code }) =>
    code === "MalformedPolicy" ? "policy" : undefined,
  );
  const document = edited ?? (data ? readable(data) : "");
  const back = href(region, ["buckets", home.name], { tab: "permissions" });
  const change = (text: string) => {
    setEdited(text);
    forget("policy");
  };
  const submit = async () => {
    await s3(home.region).send(new PutBucketPolicyCommand({ Bucket: home.name, Policy: document }));
    succeed("Successfully edited bucket policy.");
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf(home.name)}
      title="Edit bucket policy"
      button="Save changes"
      cancel={back}
      check={() => show({ policy: problemOf(document) })}
      place={place}
      submit={submit}
      isDisabled={data === undefined && !failure}
    >
      {failure && (
        <Alert type="warning" header="The policy that there is cannot be read">
          {sentence(failure)}
        </Alert>
      )}
      <Container
        header={
          <Header
            variant="h2"
            description="A policy, written in JSON, says who may do what with the objects of the bucket."
            actions={
              <Button
                formAction="none"
                onClick={() => change(withStatement(document.trim() || EMPTY, { Principal: {} }))}
              >
                Add new statement
              </Button>
            }
          >
            Bucket policy
          </Header>
        }
      >
        <SpaceBetween size="l">
          <FormField label="Bucket ARN">
            <Copied text={bucketArn(home)} label="Bucket ARN" />
          </FormField>
          <JsonEditor label="Policy" document={document} change={change} problem={problems.policy} />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}

export default inBucket(EditBucketPolicy);
