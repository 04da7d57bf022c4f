import { AddUserToGroupCommand, CreateLoginProfileCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { iam } from "../clients/iam";
import { readGroups } from "../clients/identities";
import { partitionOf } from "../clients/partition";
import { useReading } from "../clients/reading";
import { useProblems } from "../forms/problems";
import { runSteps, type Step } from "../forms/steps";
import { TagsEditor, type TypedTag, written } from "../forms/TagsEditor";
import { TextField } from "../forms/TextField";
import { WizardPage } from "../forms/WizardPage";
import { succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { nameRule } from "../iam/names";
import { attaching } from "../policies/attach";
import { BoundaryField } from "../policies/BoundaryField";
import { PoliciesChoice } from "../policies/PoliciesChoice";
import { yesNo } from "../resources/names";
import { NOT_THERE_YET } from "../resources/noun";
import { timeOf } from "../resources/times";
import { ChoiceTable } from "../table/ChoiceTable";
import { SmallTable } from "../table/SmallTable";
import { changePolicy, fieldOf } from "./ManageConsoleAccess";
import { GENERATED, PasswordFields, passwordOf, type TypedPassword } from "./PasswordFields";
import { RetrievePassword } from "./RetrievePassword";

/** Create user: who, what they may do, and the password if they are to have one. */
export default function CreateUser() {
  const { region } = usePlace().route;
  const partition = partitionOf(region);
  const [name, setName] = useState("");
  const [hasConsole, setConsole] = useState(false);
  const [typed, setTyped] = useState<TypedPassword>(GENERATED);
  const [way, setWay] = useState("groups");
  const [groups, setGroups] = useState<string[]>([]);
  const [policies, setPolicies] = useState<string[]>([]);
  const [boundary, setBoundary] = useState<string>();
  const [tags, setTags] = useState<TypedTag[]>([]);
  const [made, setMade] = useState<string>();
  const { problems, show, place, forget } = useProblems<"name" | "password">((failure) =>
    failure.code === "EntityAlreadyExists" || failure.message.includes("'userName'")
      ? "name"
      : fieldOf(failure),
  );
  const list = href(region, ["users"]);
  if (made !== undefined) return <RetrievePassword user={name} password={made} next={list} />;
  const direct = way === "direct" ? policies : [];
  const joined = way === "groups" ? groups : [];
  const given = hasConsole && typed.mustChange ? [...direct, changePolicy(partition)] : direct;
  const submit = async () => {
    const password = passwordOf(typed);
    const created = {
      text: `the user ${name} was created`,
      run: () =>
        iam(region).send(
          new CreateUserCommand({
            UserName: name,
            PermissionsBoundary: boundary || undefined,
            Tags: written(tags),
          }),
        ),
    };
    const login = {
      text: "the password was set",
      run: () =>
        iam(region).send(
          new CreateLoginProfileCommand({
            UserName: name,
            Password: password,
            PasswordResetRequired: typed.mustChange,
          }),
        ),
    };
    await runSteps([
      created,
      ...joining(region, name, joined),
      ...attaching(region, { kind: "user", name }, [...new Set(given)]),
      ...(hasConsole ? [login] : []),
    ]);
    const view = <Button href={href(region, ["users", name])}>View user</Button>;
    succeed("User created successfully.", view);
    if (hasConsole) setMade(password);
    else go(list);
  };
  return (
    <WizardPage
      above={[{ text: "Users", path: ["users"] }]}
      title="Create user"
      button="Create user"
      cancel={list}
      submit={submit}
      steps={[
        {
          title: "Specify user details",
          check: () =>
            show({
              name: name ? undefined : "Enter a user name.",
              password: hasConsole && typed.isOwn && !typed.own ? "Enter a password." : undefined,
            }),
          place,
          content: (
            <Container header={<Header variant="h2">User details</Header>}>
              <SpaceBetween size="l">
                <TextField
                  label="User name"
                  constraint={nameRule(64)}
                  value={name}
                  change={(changed) => {
                    setName(changed);
                    forget("name");
                  }}
                  problem={problems.name}
                />
                <Checkbox
                  checked={hasConsole}
                  onChange={({ detail }) => setConsole(detail.checked)}
                  description="A password, by which they sign in to this console."
                >
                  Provide user access to the AWS Management Console – optional
                </Checkbox>
                {hasConsole && (
                  <PasswordFields
                    password={typed}
                    change={(part) => {
                      setTyped({ ...typed, ...part });
                      forget("password");
                    }}
                    problem={problems.password}
                  />
                )}
              </SpaceBetween>
            </Container>
          ),
        },
        {
          title: "Set permissions",
          description:
            "Add user to an existing group or attach policies. Using groups is a best-practice way to manage user's permissions by job functions.",
          content: (
            <SpaceBetween size="l">
              <Container header={<Header variant="h2">Permissions options</Header>}>
                <Tiles
                  ariaLabel="Permissions options"
                  value={way}
                  onChange={({ detail }) => setWay(detail.value)}
                  items={[
                    {
                      value: "groups",
                      label: "Add user to group",
                      description: "Add user to an existing group. It may do what the group may do.",
                    },
                    {
                      value: "copy",
                      label: "Copy permissions",
                      description: NOT_THERE_YET,
                      disabled: true,
                    },
                    {
                      value: "direct",
                      label: "Attach policies directly",
                      description: "Attach a managed policy directly to a user.",
                    },
                  ]}
                />
              </Container>
              {way === "groups" ? (
                <GroupsChoice chosen={groups} choose={setGroups} />
              ) : (
                <PoliciesChoice chosen={policies} choose={setPolicies} />
              )}
              <BoundaryField of="user" boundary={boundary} choose={setBoundary} />
            </SpaceBetween>
          ),
        },
        {
          title: "Review and create",
          content: (
            <SpaceBetween size="l">
              <Container header={<Header variant="h2">User details</Header>}>
                <KeyValuePairs
                  columns={3}
                  items={[
                    { label: "User name", value: name },
                    {
                      label: "Console password type",
                      value: hasConsole ? (typed.isOwn ? "Custom password" : "Autogenerated") : "None",
                    },
                    { label: "Require password reset", value: yesNo(hasConsole && typed.mustChange) },
                  ]}
                />
              </Container>
              <SmallTable
                title="Permissions summary"
                variant="container"
                items={[
                  ...joined.map((it) => ({ name: it, type: "Group" })),
                  ...given.map((arn) => ({ name: arn.split("/").at(-1), type: "Managed policy" })),
                ]}
                empty="No permissions: the user may do nothing yet."
                columns={[
                  { header: "Name", cell: (it) => it.name },
                  { header: "Type", cell: (it) => it.type },
                ]}
              />
              <TagsEditor tags={tags} change={setTags} />
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

/** The steps by which a user joins groups. */
export function joining(region: string, UserName: string, groups: string[]): Step[] {
  return groups.map((GroupName) => ({
    text: `${UserName} was added to ${GroupName}`,
    run: () => iam(region).send(new AddUserToGroupCommand({ GroupName, UserName })),
  }));
}

interface ChoiceProps {
  /** Names. */
  chosen: string[];
  choose: (names: string[]) => void;
  without?: string[];
}

/** The table of groups that a user can join. */
export function GroupsChoice({ chosen, choose, without = [] }: ChoiceProps) {
  const { region } = usePlace().route;
  const groups = useReading(`groups/${region}`, () => readGroups(region));
  return (
    <ChoiceTable
      title="User groups"
      things="groups"
      items={(groups.data ?? []).filter((it) => !without.includes(it.GroupName ?? ""))}
      reading={groups}
      id={(it) => it.GroupName ?? ""}
      name={(it) => it.GroupName ?? ""}
      columns={[
        { header: "Group name", cell: (it) => it.GroupName },
        { header: "Created", cell: (it) => timeOf(it.CreateDate) },
      ]}
      empty="There are no groups to join."
      find={{ placeholder: "Search groups" }}
      chosen={chosen}
      choose={choose}
    />
  );
}
