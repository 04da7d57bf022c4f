import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ConfirmField } from "./ConfirmField";
import { useIsEmpty } from "./content";
import { crumbsOf, inBucket } from "./inBucket";
import type { Home } from "./read";

/** Delete bucket, which has to be empty. */
function DeleteBucket({ home }: { home: Home }) {
  const region = useRegion();
  const [typed, type] = useState("");
  // Who may not look in may try.
  const isFull = useIsEmpty(home).data === false;
  const submit = async () => {
    await s3(home.region).send(new DeleteBucketCommand({ Bucket: home.name }));
    succeed(`Successfully deleted bucket "${home.name}".`);
    go(href(region, ["buckets"]));
  };
  return (
    <FormPage
      above={crumbsOf(home.name)}
      title="Delete bucket"
      button="Delete bucket"
      cancel={href(region, ["buckets"])}
      submit={submit}
      isDisabled={isFull || typed !== home.name}
    >
      {isFull ? (
        <Alert
          type="error"
          header="This bucket is not empty"
          action={<Button href={href(region, ["buckets", home.name, "empty"])}>Empty bucket</Button>}
        >
          Buckets must be empty before they can be deleted. Old versions of objects and delete markers count.
        </Alert>
      ) : (
        <Alert type="warning">
          Deleting a bucket cannot be undone. Bucket names are unique: another account can take this one
          afterwards.
        </Alert>
      )}
      <Container header={<Header variant="h2">{`Delete bucket "${home.name}"?`}</Header>}>
        <ConfirmField
          label="To confirm deletion, enter the name of the bucket in the text input field."
          word={home.name}
          typed={typed}
          type={type}
        />
      </Container>
    </FormPage>
  );
}

export default inBucket(DeleteBucket);
