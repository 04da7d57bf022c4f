import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { JsonEditor } from "../forms/JsonEditor";
import { usePlace } from "../frame/places";
import { NOT_THERE_YET } from "../resources/noun";
import { type AccountTrust, USE_CASES } from "./trust";

/** Which of AWS's ways to say who may take a role. */
type TrustKind = "service" | "account" | "custom";

/** What is typed of it, each way for itself. */
export interface Trust {
  kind: TrustKind;
  useCase: string;
  account: AccountTrust;
  isOther: boolean;
  custom: string;
}

export type TrustField = "useCase" | "account" | "custom";

interface Props {
  trust: Trust;
  change: (part: Partial<Trust>) => void;
  problems: { [field in TrustField]?: string };
}

/** Step 1 of Create role: the trusted entity. */
export function TrustFields({ trust, change, problems }: Props) {
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Trusted entity type</Header>}>
        <Tiles
          ariaLabel="Trusted entity type"
          columns={3}
          value={trust.kind}
          onChange={({ detail }) => change({ kind: detail.value as TrustKind })}
          items={[
            {
              value: "service",
              label: "AWS service",
              description:
                "Allow AWS services like EC2, Lambda, or others to perform actions in this account.",
            },
            {
              value: "account",
              label: "AWS account",
              description:
                "Allow entities in other AWS accounts belonging to you or a third party to perform actions in this account.",
            },
            {
              value: "web",
              label: "Web identity",
              description: NOT_THERE_YET,
              disabled: true,
            },
            {
              value: "saml",
              label: "SAML 2.0 federation",
              description: NOT_THERE_YET,
              disabled: true,
            },
            {
              value: "custom",
              label: "Custom trust policy",
              description:
                "Create a custom trust policy to enable others to perform actions in this account.",
            },
          ]}
        />
      </Container>
      {trust.kind === "service" && <UseCaseField trust={trust} change={change} problems={problems} />}
      {trust.kind === "account" && <AccountFields trust={trust} change={change} problems={problems} />}
      {trust.kind === "custom" && (
        <TrustEditor
          document={trust.custom}
          change={(custom) => change({ custom })}
          problem={problems.custom}
        />
      )}
    </SpaceBetween>
  );
}

/** The text of a trust policy. */
export function TrustEditor(props: {
  document: string;
  change: (document: string) => void;
  problem: string | undefined;
}) {
  return (
    <Container
      header={
        <Header variant="h2" description="Who may take this role, and under which conditions.">
          Custom trust policy
        </Header>
      }
    >
      <JsonEditor label="Trust policy" {...props} />
    </Container>
  );
}

function UseCaseField({ trust, change, problems }: Props) {
  const options = USE_CASES.map(({ id, label, description }) => ({ value: id, label, description }));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Allow an AWS service like EC2, Lambda, or others to perform actions in this account."
        >
          Use case
        </Header>
      }
    >
      <FormField label="Service or use case" errorText={problems.useCase}>
        <Select
          placeholder="Choose a service or use case"
          filteringType="auto"
          options={options}
          selectedOption={options.find((it) => it.value === trust.useCase) ?? null}
          onChange={({ detail }) => change({ useCase: detail.selectedOption.value ?? "" })}
        />
      </FormField>
    </Container>
  );
}

function AccountFields({ trust, change, problems }: Props) {
  const own = usePlace().session.account;
  const { account } = trust;
  const changeAccount = (part: Partial<AccountTrust>) => change({ account: { ...account, ...part } });
  return (
    <Container
      header={
        <Header variant="h2" description="Allow entities in this account or another to take this role.">
          An AWS account
        </Header>
      }
    >
      <SpaceBetween size="l">
        <RadioGroup
          ariaLabel="An AWS account"
          value={trust.isOther ? "other" : "own"}
          onChange={({ detail }) => change({ isOther: detail.value === "other" })}
          items={[
            { value: "own", label: `This account (${own})` },
            { value: "other", label: "Another AWS account" },
          ]}
        />
        {trust.isOther && (
          <FormField
            label="Account ID"
            description="Identifier of the account that can use this role."
            constraintText="An account ID is a 12-digit number."
            errorText={problems.account}
          >
            <Input
              value={account.account}
              onChange={({ detail }) => changeAccount({ account: detail.value })}
            />
          </FormField>
        )}
        <FormField
          label="External ID – optional"
          description="What a third party has to say when it takes this role."
        >
          <Input
            value={account.externalId}
            onChange={({ detail }) => changeAccount({ externalId: detail.value })}
          />
        </FormField>
        <Checkbox
          checked={account.needsMfa}
          onChange={({ detail }) => changeAccount({ needsMfa: detail.checked })}
          description="Requires that whoever takes the role has shown a second factor."
        >
          Require MFA
        </Checkbox>
      </SpaceBetween>
    </Container>
  );
}
