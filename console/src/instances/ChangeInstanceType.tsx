import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { useProblems } from "../forms/problems";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { EditInstancePage } from "./EditInstancePage";
import { InstanceTypeSelect } from "./InstanceTypeSelect";
import { useInstance } from "./read";

/** Change instance type, of one that is stopped. */
export default function ChangeInstanceType({ id }: { id: string }) {
  const region = useRegion();
  const reading = useInstance(region, id);
  const instance = reading.data;
  const [edited, setEdited] = useState<string>();
  const { problems, place } = useProblems<"type">(() => "type");
  const type = edited ?? instance?.InstanceType ?? "";
  const save = async () => {
    await ec2(region).send(
      new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: type } }),
    );
    succeed(`Instance type of ${id} was changed to ${type}.`);
  };
  return (
    <EditInstancePage
      id={id}
      title="Change instance type"
      button="Change"
      tab="details"
      save={save}
      place={place}
      reading={reading}
    >
      <Container header={<Header variant="h2">Instance type</Header>}>
        <InstanceTypeSelect
          label="New instance type"
          architecture={instance?.Architecture}
          type={type}
          choose={setEdited}
          problem={problems.type}
        />
      </Container>
    </EditInstancePage>
  );
}
