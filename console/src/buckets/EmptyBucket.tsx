import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { counted } from "../resources/names";
import { ConfirmField } from "./ConfirmField";
import { empty } from "./content";
import { crumbsOf, inBucket } from "./inBucket";
import type { Home } from "./read";

const WORD = "permanently delete";

/** Empty bucket: all objects with all their versions. */
function EmptyBucket({ home }: { home: Home }) {
  const region = useRegion();
  const [typed, type] = useState("");
  const [deleted, setDeleted] = useState<number>();
  const submit = async () => {
    setDeleted(0);
    const count = await empty(home, setDeleted);
    succeed(`Successfully emptied bucket "${home.name}": ${counted(count, "object")} deleted.`);
    go(href(region, ["buckets"]));
  };
  return (
    <FormPage
      above={crumbsOf(home.name)}
      title="Empty bucket"
      button="Empty"
      cancel={href(region, ["buckets"])}
      submit={submit}
      isDisabled={typed !== WORD}
    >
      <Alert type="warning">
        Emptying the bucket deletes all of its objects with all of their versions, and cannot be undone.
        Objects that are added meanwhile might be deleted too.
      </Alert>
      <Container
        header={<Header variant="h2">{`Permanently delete all objects in bucket "${home.name}"?`}</Header>}
      >
        <ConfirmField
          label={`To confirm deletion, type ${WORD} in the text input field.`}
          word={WORD}
          typed={typed}
          type={type}
        />
      </Container>
      {deleted !== undefined && (
        <Box>
          <StatusIndicator type="info">{`${counted(deleted, "object")} deleted so far`}</StatusIndicator>
        </Box>
      )}
    </FormPage>
  );
}

export default inBucket(EmptyBucket);
