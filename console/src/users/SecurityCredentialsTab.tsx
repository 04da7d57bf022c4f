import { paginateListMFADevices } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { iam } from "../clients/iam";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { href } from "../frame/route";
import { Loaded } from "../resources/Loaded";
import { NOT_THERE_YET } from "../resources/noun";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { AccessKeys } from "./AccessKeys";
import { readLoginProfile } from "./read";

/** The tab Security credentials: what a user shows that it is them with. */
export function SecurityCredentialsTab({ region, user }: { region: string; user: string }) {
  return (
    <SpaceBetween size="l">
      <ConsoleSignIn region={region} user={user} />
      <MfaDevices region={region} user={user} />
      <AccessKeys region={region} user={user} />
    </SpaceBetween>
  );
}

function ConsoleSignIn({ region, user }: { region: string; user: string }) {
  const login = useReading(`login_profile/${user}`, () => readLoginProfile(region, user));
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <Button href={href(region, ["users", user, "console_access"])}>Manage console access</Button>
          }
        >
          Console sign-in
        </Header>
      }
    >
      <Loaded things="Console access" reading={login}>
        {({ profile }) => (
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Console password", value: profile ? "Enabled" : "Not enabled" },
              { label: "Created", value: timeOf(profile?.CreateDate) },
              {
                label: "Must change it at next sign-in",
                value: profile?.PasswordResetRequired ? "Yes" : "No",
              },
            ]}
          />
        )}
      </Loaded>
    </Container>
  );
}

/** Those of a user, or one's own. */
export function MfaDevices({ region, user }: { region: string; user?: string }) {
  const devices = useReading(`mfa_devices/${user}`, () =>
    all(paginateListMFADevices({ client: iam(region) }, { UserName: user }), (page) => page.MFADevices),
  );
  return (
    <Loaded things="MFA devices" reading={devices}>
      {(items) => (
        <SmallTable
          title="Multi-factor authentication (MFA)"
          variant="container"
          items={items}
          empty="No MFA devices"
          actions={
            <Button disabled disabledReason={NOT_THERE_YET}>
              Assign MFA device
            </Button>
          }
          columns={[
            { header: "Identifier", cell: (it) => it.SerialNumber },
            { header: "Created on", cell: (it) => timeOf(it.EnableDate) },
          ]}
        />
      )}
    </Loaded>
  );
}
