import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { href } from "../frame/route";
import { Copied } from "../resources/cells";
import { AccessKeys } from "../users/AccessKeys";
import { MfaDevices } from "../users/SecurityCredentialsTab";

/** My security credentials: those of whoever is signed in. */
export default function SecurityCredentials() {
  const { route, session } = usePlace();
  const { region } = route;
  const user = session.user;
  return (
    <Page title="My security credentials">
      <ContentLayout
        header={
          <Header
            variant="h1"
            description={
              user
                ? `The credentials of the IAM user ${user}.`
                : "The root user has access to all AWS resources in this account. Use users and roles for everyday work."
            }
          >
            My security credentials
          </Header>
        }
      >
        <SpaceBetween size="l">
          <Container
            header={
              <Header
                variant="h2"
                actions={user && <Button href={href(region, ["change_password"])}>Update password</Button>}
              >
                Account details
              </Header>
            }
          >
            <KeyValuePairs
              columns={2}
              items={[
                { label: user ? "User name" : "User", value: user ?? "Root user" },
                { label: "AWS account ID", value: <Copied text={session.account} label="Account ID" /> },
              ]}
            />
          </Container>
          <MfaDevices region={region} {...(user && { user })} />
          <AccessKeys region={region} />
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}
