import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { useProblems } from "../forms/problems";
import { ResourceSelect } from "../forms/ResourceSelect";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { DASH } from "../resources/names";
import { EditInstancePage } from "./EditInstancePage";
import { profileOption, useInstanceProfiles } from "./profiles";
import { instanceInWords, profileName, useInstance } from "./read";

/** What stands for none: profiles have no such name. */
const NONE = " ";

/** Modify IAM role: gives an instance an instance profile, another, or none. */
export default function ModifyIamRole({ id }: { id: string }) {
  const region = useRegion();
  const reading = useInstance(region, id);
  const instance = reading.data;
  const profiles = useInstanceProfiles();
  const [edited, setEdited] = useState<string>();
  const { problems, place } = useProblems<"role">(() => "role");
  const now = profileName(instance) || NONE;
  const chosen = edited ?? now;
  const save = async () => {
    if (chosen !== now) await change(region, id, chosen);
    succeed(
      chosen === NONE
        ? `${id} has no IAM role any more.`
        : `Successfully attached ${chosen} to instance ${id}.`,
    );
  };
  return (
    <EditInstancePage
      id={id}
      title="Modify IAM role"
      description="Attach an IAM role to your instance."
      button="Update IAM role"
      tab="security"
      save={save}
      place={place}
      reading={reading}
    >
      <Container header={<Header variant="h2">IAM role</Header>}>
        <SpaceBetween size="l">
          <FormField label="Instance ID">{instance ? instanceInWords(instance) : DASH}</FormField>
          <ResourceSelect
            label="IAM role"
            description="Select an IAM role to attach to your instance. The one that it has is replaced."
            things="IAM roles"
            reading={profiles}
            options={[
              { value: NONE, label: "No IAM Role", description: "Detaches the one that it has." },
              ...(profiles.data ?? []).map(profileOption),
            ]}
            chosen={chosen}
            choose={setEdited}
            placeholder="Choose IAM role"
            empty="There are no instance profiles"
            problem={problems.role}
          />
        </SpaceBetween>
      </Container>
    </EditInstancePage>
  );
}

async function change(region: string, instance: string, profile: string) {
  const client = ec2(region);
  const Filters = [{ Name: "instance-id", Values: [instance] }];
  const found = await client.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
  const AssociationId = found.IamInstanceProfileAssociations?.find(
    (it) => it.State === "associated" || it.State === "associating",
  )?.AssociationId;
  const IamInstanceProfile = { Name: profile };
  if (profile === NONE) await client.send(new DisassociateIamInstanceProfileCommand({ AssociationId }));
  else if (AssociationId)
    await client.send(new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile }));
  else
    await client.send(new AssociateIamInstanceProfileCommand({ InstanceId: instance, IamInstanceProfile }));
}
