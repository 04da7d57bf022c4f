import {
  CreateLoginProfileCommand,
  DeleteLoginProfileCommand,
  UpdateLoginProfileCommand,
} from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../clients/iam";
import { partitionOf } from "../clients/partition";
import { useReading } from "../clients/reading";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { attach } from "../policies/attach";
import { crumbsOf } from "../policies/holders";
import { GENERATED, PasswordFields, passwordOf, type TypedPassword } from "./PasswordFields";
import { RetrievePassword } from "./RetrievePassword";
import { readLoginProfile } from "./read";

/** Manage console access: gives a user a password, another one, or takes it away. */
export default function ManageConsoleAccess({ id }: { id: string }) {
  const { region } = usePlace().route;
  const changing = changePolicy(partitionOf(region));
  const login = useReading(`login_profile/${id}`, () => readLoginProfile(region, id));
  const [isWanted, setWanted] = useState(true);
  const [typed, setTyped] = useState<TypedPassword>(GENERATED);
  const [made, setMade] = useState<string>();
  const { problems, show, place, forget } = useProblems<"password">(fieldOf);
  const back = href(region, ["users", id], { tab: "security_credentials" });
  if (made !== undefined) return <RetrievePassword user={id} password={made} next={back} />;
  const had = login.data?.profile;
  const submit = async () => {
    if (!isWanted) {
      if (had) await iam(region).send(new DeleteLoginProfileCommand({ UserName: id }));
      succeed(`${id} cannot sign in to the console.`);
      go(back);
      return;
    }
    const Password = passwordOf(typed);
    const profile = { UserName: id, Password, PasswordResetRequired: typed.mustChange };
    const set = () =>
      had
        ? iam(region).send(new UpdateLoginProfileCommand(profile))
        : iam(region).send(new CreateLoginProfileCommand(profile));
    await runSteps([
      { text: "the password was set", run: set },
      ...(typed.mustChange
        ? [
            {
              text: "they may change it",
              run: () => attach(region, { kind: "user", name: id }, changing),
            },
          ]
        : []),
    ]);
    setMade(Password);
  };
  return (
    <FormPage
      above={crumbsOf({ kind: "user", name: id })}
      title="Manage console access"
      description={login.data && (had ? `${id} has a password.` : `${id} has no password.`)}
      button="Apply"
      cancel={back}
      check={() =>
        show({ password: isWanted && typed.isOwn && !typed.own ? "Enter a password." : undefined })
      }
      place={place}
      submit={submit}
      reading={login}
    >
      <Container header={<Header variant="h2">Console access</Header>}>
        <SpaceBetween size="l">
          <RadioGroup
            ariaLabel="Console access"
            value={isWanted ? "enable" : "disable"}
            onChange={({ detail }) => setWanted(detail.value === "enable")}
            items={[
              { value: "enable", label: had ? "Reset password" : "Enable console access" },
              { value: "disable", label: "Disable console access" },
            ]}
          />
          {isWanted && (
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
    </FormPage>
  );
}

/** What lets users change their own passwords. */
export function changePolicy(partition: string): string {
  return `arn:${partition}:iam::aws:policy/IAMUserChangePassword`;
}

/** Whether a refusal is about the password. */
export function fieldOf({ code, message }: { code: string; message: string }): "password" | undefined {
  return code === "PasswordPolicyViolation" || /assword/.test(message) ? "password" : undefined;
}
