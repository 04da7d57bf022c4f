import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { begin } from "./begin";
import { signInAs } from "./session";

/** IAM user sign in: this browser's session becomes the user's, who may do what their policies allow. */
export default function SignIn() {
  const { route, session } = usePlace();
  const [account, setAccount] = useState(session.account);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const { problems, show, place, forget } = useProblems<"account" | "user" | "password">(() => "password");
  const submit = async () => {
    await signInAs({ account: account.trim(), user: user.trim(), password });
    begin(route.region);
  };
  return (
    <FormPage
      above={[]}
      title="IAM user sign in"
      description="What this console then shows and does is what the user's policies allow, as with the aws CLI. You can be the root user again by the account menu."
      button="Sign in"
      cancel={href(route.region, [])}
      check={() =>
        show({
          account: account.trim() ? undefined : "Enter an account.",
          user: user.trim() ? undefined : "Enter a user name.",
          password: password ? undefined : "Enter a password.",
        })
      }
      place={place}
      submit={submit}
    >
      <Container>
        <SpaceBetween size="l">
          <FormField label="Account ID or alias" errorText={problems.account}>
            <Input
              value={account}
              autoComplete="organization"
              onChange={({ detail }) => {
                setAccount(detail.value);
                forget("account");
              }}
            />
          </FormField>
          <FormField label="IAM username" errorText={problems.user}>
            <Input
              value={user}
              autoComplete="username"
              onChange={({ detail }) => {
                setUser(detail.value);
                forget("user");
              }}
            />
          </FormField>
          <FormField label="Password" errorText={problems.password}>
            <Input
              type="password"
              value={password}
              autoComplete="current-password"
              onChange={({ detail }) => {
                setPassword(detail.value);
                forget("password");
              }}
            />
          </FormField>
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
