import { CreateGroupCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import { iam } from "../clients/iam";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { TextField } from "../forms/TextField";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { nameRule } from "../iam/names";
import { attaching } from "../policies/attach";
import { PoliciesChoice } from "../policies/PoliciesChoice";
import { joining } from "../users/CreateUser";
import { UsersChoice } from "./UsersChoice";

/** Create user group: its name, who is in it, what they may do. */
export default function CreateGroup() {
  const region = useRegion();
  const [name, setName] = useState("");
  const [users, setUsers] = useState<string[]>([]);
  const [policies, setPolicies] = useState<string[]>([]);
  const { problems, show, place, forget } = useProblems<"name">(({ code, message }) =>
    code === "EntityAlreadyExists" || message.includes("'groupName'") ? "name" : undefined,
  );
  const list = href(region, ["user_groups"]);
  const submit = async () => {
    const created = {
      text: `the group ${name} was created`,
      run: () => iam(region).send(new CreateGroupCommand({ GroupName: name })),
    };
    await runSteps([
      created,
      ...users.flatMap((user) => joining(region, user, [name])),
      ...attaching(region, { kind: "group", name }, policies),
    ]);
    succeed(
      `${name} user group created.`,
      <Button href={href(region, ["user_groups", name])}>View group</Button>,
    );
    go(list);
  };
  return (
    <FormPage
      above={[{ text: "User groups", path: ["user_groups"] }]}
      title="Create user group"
      button="Create user group"
      cancel={list}
      check={() => show({ name: name ? undefined : "Enter a user group name." })}
      place={place}
      submit={submit}
    >
      <Container header={<Header variant="h2">Name the group</Header>}>
        <TextField
          label="User group name"
          description="Enter a meaningful name to identify this group."
          constraint={nameRule(128)}
          value={name}
          change={(changed) => {
            setName(changed);
            forget("name");
          }}
          problem={problems.name}
        />
      </Container>
      <UsersChoice title="Add users to the group – optional" chosen={users} choose={setUsers} />
      <PoliciesChoice chosen={policies} choose={setPolicies} />
    </FormPage>
  );
}
