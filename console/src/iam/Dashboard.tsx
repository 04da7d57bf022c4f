import {
  CreateAccountAliasCommand,
  DeleteAccountAliasCommand,
  GetAccountSummaryCommand,
  ListAccountAliasesCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../clients/iam";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { Copied } from "../resources/cells";
import { Loaded } from "../resources/Loaded";
import { DASH } from "../resources/names";
import { RefreshButton } from "../resources/RefreshButton";

/** What GetAccountSummary counts of what has a list here. */
const COUNTED = [
  { key: "Groups", text: "User groups", path: "user_groups" },
  { key: "Users", text: "Users", path: "users" },
  { key: "Roles", text: "Roles", path: "roles" },
  { key: "Policies", text: "Policies", path: "policies" },
] as const;

/** IAM dashboard: how many there are of each kind, and what the account is called. */
export default function Dashboard() {
  const { route, session } = usePlace();
  const { region } = route;
  const summary = useReading("iam/summary", async () => {
    const { SummaryMap = {} } = await iam(region).send(new GetAccountSummaryCommand({}));
    return SummaryMap as Record<string, number | undefined>;
  });
  const alias = useReading("iam/alias", async () => {
    const { AccountAliases = [] } = await iam(region).send(new ListAccountAliasesCommand({}));
    return { alias: AccountAliases[0] };
  });
  const [isChanging, setChanging] = useState(false);
  return (
    <Page>
      <ContentLayout header={<Header variant="h1">IAM Dashboard</Header>}>
        <SpaceBetween size="l">
          <Container
            header={
              <Header
                variant="h2"
                description="Resources in this AWS Account"
                actions={<RefreshButton label="Refresh IAM resources" reading={summary} />}
              >
                IAM resources
              </Header>
            }
          >
            <Loaded things="IAM resources" reading={summary}>
              {(counts) => (
                <KeyValuePairs
                  columns={4}
                  items={COUNTED.map(({ key, text, path }) => ({
                    label: text,
                    value: (
                      <Link
                        href={href(region, [path])}
                        fontSize="heading-l"
                        ariaLabel={`${text}: ${counts[key]}`}
                      >
                        {counts[key] ?? DASH}
                      </Link>
                    ),
                  }))}
                />
              )}
            </Loaded>
          </Container>
          <Container
            header={
              <Header
                variant="h2"
                actions={
                  <Button disabled={!alias.data} onClick={() => setChanging(true)}>
                    {alias.data?.alias ? "Edit account alias" : "Create account alias"}
                  </Button>
                }
              >
                AWS Account
              </Header>
            }
          >
            <KeyValuePairs
              columns={3}
              items={[
                { label: "Account ID", value: <Copied text={session.account} label="Account ID" /> },
                {
                  label: "Account Alias",
                  value: (
                    <Loaded things="The alias" reading={alias}>
                      {({ alias }) => alias ?? DASH}
                    </Loaded>
                  ),
                },
                {
                  label: "My security credentials",
                  value: <Link href={href(region, ["security_credentials"])}>Manage access keys</Link>,
                },
              ]}
            />
          </Container>
        </SpaceBetween>
      </ContentLayout>
      {isChanging && (
        <AliasDialog region={region} known={alias.data?.alias ?? ""} close={() => setChanging(false)} />
      )}
    </Page>
  );
}

/** What the account is called at sign-in; an empty name takes the one there is away. */
function AliasDialog({ region, known, close }: { region: string; known: string; close: () => void }) {
  const [alias, setAlias] = useState(known);
  const run = async () => {
    if (alias) await iam(region).send(new CreateAccountAliasCommand({ AccountAlias: alias }));
    else if (known) await iam(region).send(new DeleteAccountAliasCommand({ AccountAlias: known }));
    succeed(alias ? `The account is called ${alias}.` : "The account has no alias.");
  };
  return (
    <ConfirmDialog title="Account alias" button="Save changes" close={close} run={run}>
      <FormField
        label="Preferred alias"
        constraintText="Must be not more than 63 characters. Valid characters are a-z, 0-9, and - (hyphen)."
        description="Users may type it instead of the account ID when they sign in. Leave it empty for none."
      >
        <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </FormField>
    </ConfirmDialog>
  );
}
