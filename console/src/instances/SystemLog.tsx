import { GetConsoleOutputCommand } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ec2 } from "../clients/ec2";
import { sentence } from "../clients/failure";
import { useReading } from "../clients/reading";
import { Page } from "../frame/Page";
import { useRegion } from "../frame/places";
import { RefreshButton } from "../resources/RefreshButton";
import { timeOf } from "../resources/times";
import { download } from "../table/csv";
import { decoded } from "./base64";

/** Get system log: what the instance has printed on its console. */
export default function SystemLog({ id }: { id: string }) {
  const region = useRegion();
  const log = useReading(`system-log/${region}/${id}`, () =>
    ec2(region).send(new GetConsoleOutputCommand({ InstanceId: id, Latest: true })),
  );
  const text = decoded(log.data?.Output);
  return (
    <Page
      title="Get system log"
      above={[
        { text: "Instances", path: ["instances"] },
        { text: id, path: ["instances", id] },
      ]}
    >
      <ContentLayout
        header={
          <Header
            variant="h1"
            description={`As of ${timeOf(log.data?.Timestamp)}`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <RefreshButton label="Refresh system log" reading={log} />
                <Button
                  iconName="download"
                  disabled={!text}
                  onClick={() => download(`${id}.log`, text, "text/plain")}
                >
                  Download
                </Button>
              </SpaceBetween>
            }
          >
            System log of {id}
          </Header>
        }
      >
        {log.failure ? (
          <Alert type="error">{sentence(log.failure)}</Alert>
        ) : (
          <Container>
            <Box variant="pre" tagOverride="pre">
              {text || (log.isLoading ? "Reading the log" : "It has printed nothing yet.")}
            </Box>
          </Container>
        )}
      </ContentLayout>
    </Page>
  );
}
