import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Page } from "../../frame/Page";
import { usePlace } from "../../frame/places";
import { href } from "../../frame/route";
import { ResourceLink } from "../../resources/cells";

/** What comes after a launch: which instances there are now, and what people do next. */
export default function Launched() {
  const { route } = usePlace();
  const { region, query } = route;
  const ids = (query.get("ids") ?? "").split(",").filter(Boolean);
  const group = query.get("group");
  const [first = ""] = ids;
  const log = [
    ...(group ? ["Creating security groups", "Creating security group rules"] : []),
    "Launch initiation",
  ];
  return (
    <Page title="Launch an instance" above={[{ text: "Instances", path: ["instances"] }]}>
      <ContentLayout header={<Header variant="h1">Launch an instance</Header>}>
        <SpaceBetween size="l">
          <Alert type="success" header="Success">
            <SpaceBetween size="xs">
              <Box color="inherit">
                Successfully initiated launch of {ids.length === 1 ? "instance" : "instances"} (
                {ids.map((id, at) => (
                  <span key={id}>
                    {at > 0 && ", "}
                    <Link href={href(region, ["instances", id])}>{id}</Link>
                  </span>
                ))}
                )
              </Box>
              <ExpandableSection headerText="Launch log">
                <SpaceBetween size="xxs">
                  {log.map((step) => (
                    <StatusIndicator key={step} type="success">
                      {step}: Succeeded
                    </StatusIndicator>
                  ))}
                  {group && (
                    <Box>
                      Security group: <ResourceLink region={region} noun="security_groups" id={group} />
                    </Box>
                  )}
                </SpaceBetween>
              </ExpandableSection>
            </SpaceBetween>
          </Alert>
          <Cards
            ariaLabels={{ itemSelectionLabel: () => "", selectionGroupLabel: "Next steps" }}
            header={<Header variant="h2">Next steps</Header>}
            items={[
              {
                title: "Connect to your instance",
                about:
                  "Once your instance is running, log into it from this console or from your own computer.",
                path: ["instances", first, "connect"],
              },
              {
                title: "See its addresses and state",
                about: "The instance's page has its state, its addresses, and the rules that are in effect.",
                path: ["instances", first],
              },
              {
                title: "Allocate an Elastic IP address",
                about: "A public address that stays when an instance stops.",
                path: ["elastic_ips", "allocate"],
              },
            ]}
            cardDefinition={{
              header: (it) => (
                <Link href={href(region, it.path)} fontSize="heading-m">
                  {it.title}
                </Link>
              ),
              sections: [{ id: "about", content: (it) => it.about }],
            }}
            cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 3 }]}
          />
          <Box float="right">
            <Button variant="primary" href={href(region, ["instances"])}>
              View all instances
            </Button>
          </Box>
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}
