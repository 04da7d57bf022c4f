import type { Instance } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { sentence } from "../../clients/failure";
import { Page } from "../../frame/Page";
import { usePlace } from "../../frame/places";
import { go, href } from "../../frame/route";
import { Copied, ResourceLink } from "../../resources/cells";
import { Details } from "../../resources/Details";
import { nameIn } from "../../resources/names";
import { missingTab } from "../../resources/noun";
import { useInstance } from "../read";
import { InstanceConnectTab } from "./InstanceConnectTab";
import { SshClientTab } from "./SshClientTab";

/** Connect: the ways to an instance, one on each tab. `?tab=…` is the tab. */
export default function ConnectToInstance({ id }: { id: string }) {
  const { route } = usePlace();
  const { region } = route;
  const reading = useInstance(region, id);
  const instance = reading.data;
  return (
    <Page
      title="Connect to instance"
      above={[
        { text: "Instances", path: ["instances"] },
        { text: id, path: ["instances", id] },
      ]}
    >
      <ContentLayout
        header={
          <Header
            variant="h1"
            description="Connect to an instance using the browser-based client, or an SSH client."
          >
            Connect to instance
          </Header>
        }
      >
        {reading.failure && <Alert type="error">{sentence(reading.failure)}</Alert>}
        {!instance && reading.isLoading && <Spinner size="large" />}
        {instance && (
          <SpaceBetween size="l">
            <About region={region} of={instance} />
            <Tabs
              ariaLabel="Ways to connect"
              variant="container"
              activeTabId={route.query.get("tab") ?? "instance-connect"}
              onChange={({ detail }) =>
                go(href(region, ["instances", id, "connect"], { tab: detail.activeTabId }), true)
              }
              tabs={[
                {
                  id: "instance-connect",
                  label: "EC2 Instance Connect",
                  content: <InstanceConnectTab region={region} of={instance} refresh={reading.refresh} />,
                },
                missingTab("session-manager", "Session Manager"),
                { id: "ssh", label: "SSH client", content: <SshClientTab region={region} of={instance} /> },
                missingTab("serial", "EC2 serial console"),
              ]}
            />
          </SpaceBetween>
        )}
      </ContentLayout>
    </Page>
  );
}

function About({ region, of }: { region: string; of: Instance }) {
  return (
    <Container>
      <Details
        fields={[
          {
            label: "Instance ID",
            value: (
              <SpaceBetween direction="horizontal" size="xxs">
                <Copied text={of.InstanceId} label="Instance ID" />
                <Box color="text-body-secondary">{nameIn(of.Tags) && `(${nameIn(of.Tags)})`}</Box>
              </SpaceBetween>
            ),
          },
          { label: "VPC ID", value: <ResourceLink region={region} noun="vpcs" id={of.VpcId} /> },
          { label: "Subnet ID", value: <ResourceLink region={region} noun="subnets" id={of.SubnetId} /> },
          {
            label: "Security groups",
            value: (of.SecurityGroups ?? []).map(({ GroupId, GroupName }) => (
              <div key={GroupId}>
                <ResourceLink region={region} noun="security_groups" id={GroupId} name={GroupName} />
              </div>
            )),
          },
        ]}
      />
    </Container>
  );
}
