import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { useProblems } from "../forms/problems";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { useAttribute } from "./attributes";
import { decoded } from "./base64";
import { EditInstancePage } from "./EditInstancePage";

/** Edit user data, of an instance that is stopped. */
export default function EditUserData({ id }: { id: string }) {
  const region = useRegion();
  const now = useAttribute(region, id, "userData");
  const [edited, setEdited] = useState<string>();
  const { problems, place } = useProblems<"data">(() => "data");
  const text = edited ?? decoded(now.data?.UserData?.Value);
  const save = async () => {
    const Value = new TextEncoder().encode(text);
    await ec2(region).send(new ModifyInstanceAttributeCommand({ InstanceId: id, UserData: { Value } }));
    succeed(`The user data of ${id} were changed.`);
  };
  return (
    <EditInstancePage id={id} title="Edit user data" button="Save" save={save} place={place} reading={now}>
      <Alert type="info">
        A script in user data is run at an instance's first start. What is changed now is read from instance
        metadata, and run no more.
      </Alert>
      <Container header={<Header variant="h2">User data</Header>}>
        <FormField label="User data" stretch errorText={problems.data}>
          <Textarea value={text} rows={12} onChange={({ detail }) => setEdited(detail.value)} />
        </FormField>
      </Container>
    </EditInstancePage>
  );
}
