import { type PublicAccessBlockConfiguration, PutPublicAccessBlockCommand } from "@aws-sdk/client-s3";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { FormPage } from "../forms/FormPage";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ConfirmField } from "./ConfirmField";
import { crumbsOf, inBucket } from "./inBucket";
import { Permitted } from "./Permitted";
import { PublicAccessFields } from "./PublicAccessFields";
import type { Home } from "./read";
import { usePublicAccessBlock } from "./settings";

const WORD = "confirm";

/** Edit Block public access (bucket settings). */
function EditPublicAccess({ home }: { home: Home }) {
  const region = useRegion();
  const reading = usePublicAccessBlock(home);
  const [changed, change] = useState<PublicAccessBlockConfiguration>();
  const [typed, type] = useState("");
  const settings = changed ?? reading.data;
  const back = href(region, ["buckets", home.name], { tab: "permissions" });
  const submit = async () => {
    await s3(home.region).send(
      new PutPublicAccessBlockCommand({ Bucket: home.name, PublicAccessBlockConfiguration: settings }),
    );
    succeed("Successfully edited Block Public Access settings for this bucket.");
    go(back);
  };
  return (
    <FormPage
      above={crumbsOf(home.name)}
      title="Edit Block public access (bucket settings)"
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={!settings || typed !== WORD}
    >
      <Container header={<Header variant="h2">Block public access (bucket settings)</Header>}>
        <Permitted
          things="Block Public Access settings"
          doing="get Block Public Access settings"
          permission="s3:GetBucketPublicAccessBlock"
          reading={reading}
        >
          {(before) => <PublicAccessFields settings={changed ?? before} change={change} />}
        </Permitted>
      </Container>
      <Container>
        <ConfirmField
          label={`To confirm the settings, enter ${WORD} in the field.`}
          word={WORD}
          typed={typed}
          type={type}
        />
      </Container>
    </FormPage>
  );
}

export default inBucket(EditPublicAccess);
