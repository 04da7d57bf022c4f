import { type InstanceNetworkInterface, ModifyNetworkInterfaceAttributeCommand } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { useProblems } from "../forms/problems";
import { SecurityGroupsField } from "../forms/SecurityGroupsField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { DASH } from "../resources/names";
import { EditInstancePage } from "./EditInstancePage";
import { instanceInWords, useInstance } from "./read";

/** Change security groups, of one of an instance's network interfaces: at first of the primary one. */
export default function ChangeSecurityGroups({ id }: { id: string }) {
  const region = useRegion();
  const reading = useInstance(region, id);
  const instance = reading.data;
  const interfaces = instance?.NetworkInterfaces ?? [];
  const [chosenInterface, chooseInterface] = useState<string>();
  const [edited, setEdited] = useState<string[]>();
  const { problems, show, place, forget } = useProblems<"groups">(fieldOf);
  const one = interfaces.find((it) =>
    chosenInterface ? it.NetworkInterfaceId === chosenInterface : it.Attachment?.DeviceIndex === 0,
  );
  const before = (one?.Groups ?? []).flatMap((it) => it.GroupId ?? []);
  const groups = edited ?? before;
  const save = async () => {
    await ec2(region).send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: one?.NetworkInterfaceId,
        Groups: groups,
      }),
    );
    succeed(`You successfully changed the security groups of ${id}.`);
  };
  const options = interfaces.map(option);
  return (
    <EditInstancePage
      id={id}
      title="Change security groups"
      description="EC2 evaluates all the rules of all the selected security groups to control inbound and outbound traffic."
      button="Save"
      tab="security"
      save={save}
      check={() => show({ groups: groups.length > 0 ? undefined : "Select at least one security group." })}
      place={place}
      reading={reading}
      isDisabled={!one}
    >
      <Container header={<Header variant="h2">Instance details</Header>}>
        <SpaceBetween size="l">
          <FormField label="Instance ID">{instance ? instanceInWords(instance) : DASH}</FormField>
          <FormField label="Network interface ID">
            <Select
              selectedOption={options.find((it) => it.value === one?.NetworkInterfaceId) ?? null}
              placeholder="Select a network interface"
              options={options}
              onChange={({ detail }) => {
                chooseInterface(detail.selectedOption.value);
                setEdited(undefined);
              }}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Associated security groups</Header>}>
        <SecurityGroupsField
          label="Security groups"
          description="Add one or more security groups to the network interface. You can also remove security groups."
          vpc={instance?.VpcId ?? ""}
          chosen={groups}
          choose={(next) => {
            setEdited(next);
            forget("groups");
          }}
          problem={problems.groups}
        />
      </Container>
    </EditInstancePage>
  );
}

function option({ NetworkInterfaceId, PrivateIpAddress, Description }: InstanceNetworkInterface) {
  return {
    value: NetworkInterfaceId ?? "",
    label: NetworkInterfaceId ?? "",
    description: [PrivateIpAddress, Description].filter(Boolean).join(" · "),
  };
}

function fieldOf({ code }: Failure) {
  return code.includes("Group") ? ("groups" as const) : undefined;
}
