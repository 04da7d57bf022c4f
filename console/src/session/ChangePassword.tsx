import { ChangePasswordCommand } from "@aws-sdk/client-iam";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../clients/iam";
import { FormPage } from "../forms/FormPage";
import { useProblems } from "../forms/problems";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { begin } from "./begin";
import { forgetSession } from "./session";

type Field = "old" | "new" | "again";

/** Change password: one's own, because one wants to, or has to before anything else. */
export default function ChangePassword() {
  const { route, session } = usePlace();
  const { region } = route;
  const [typed, setTyped] = useState({ old: "", new: "", again: "" });
  const { problems, show, place, forget } = useProblems<Field>(({ message }) => {
    if (message.includes("old password")) return "old";
    return message.includes("assword") ? "new" : undefined;
  });
  const field = (name: Field, label: string, autoComplete: string) => (
    <FormField label={label} errorText={problems[name]}>
      <Input
        type="password"
        autoComplete={autoComplete}
        value={typed[name]}
        onChange={({ detail }) => {
          setTyped({ ...typed, [name]: detail.value });
          forget(name);
        }}
      />
    </FormField>
  );
  const submit = async () => {
    await iam(region).send(new ChangePasswordCommand({ OldPassword: typed.old, NewPassword: typed.new }));
    forgetSession();
    begin(region);
  };
  return (
    <FormPage
      above={[]}
      title="Change password"
      description={
        session.mustChangePassword
          ? `${session.user} has to choose another password before anything else.`
          : `The password that ${session.user} signs in to this console with.`
      }
      button="Confirm password change"
      cancel={href(region, ["security_credentials"])}
      check={() =>
        show({
          old: typed.old ? undefined : "Enter your old password.",
          new: typed.new ? undefined : "Enter a new password.",
          again: typed.again === typed.new ? undefined : "This is not the same password.",
        })
      }
      place={place}
      submit={submit}
    >
      <Container>
        <SpaceBetween size="l">
          {field("old", "Old password", "current-password")}
          {field("new", "New password", "new-password")}
          {field("again", "Retype new password", "new-password")}
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
