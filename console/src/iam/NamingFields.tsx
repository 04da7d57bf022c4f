import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import type { useProblems } from "../forms/problems";
import { TextField } from "../forms/TextField";
import { nameRule } from "./names";

interface Props {
  /** What is named: `policy`. */
  of: string;
  /** As AWS's wizard calls it; only some say that a description is optional. */
  descriptionLabel: string;
  nameMax: number;
  name: string;
  changeName: (name: string) => void;
  description: string;
  changeDescription: (description: string) => void;
  names: ReturnType<typeof useProblems<"name" | "description">>;
}

/** What a policy or a role is called, and what it is there for: the last step of its wizard. */
export function NamingFields(props: Props) {
  const { of, descriptionLabel, nameMax, name, changeName, description, changeDescription, names } = props;
  const titled = of.charAt(0).toUpperCase() + of.slice(1);
  return (
    <Container header={<Header variant="h2">{titled} details</Header>}>
      <SpaceBetween size="l">
        <TextField
          label={`${titled} name`}
          description={`Enter a meaningful name to identify this ${of}.`}
          constraint={nameRule(nameMax)}
          value={name}
          change={(changed) => {
            changeName(changed);
            names.forget("name");
          }}
          problem={names.problems.name}
        />
        <FormField
          label={descriptionLabel}
          description={`Add a short explanation for this ${of}.`}
          constraintText="Maximum 1,000 characters."
          errorText={names.problems.description}
        >
          <Textarea
            value={description}
            rows={2}
            onChange={({ detail }) => {
              changeDescription(detail.value);
              names.forget("description");
            }}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
