import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import { useReading } from "../clients/reading";
import { Page } from "../frame/Page";
import { useRegion } from "../frame/places";
import { placeOf } from "../frame/regions";
import { href } from "../frame/route";
import { readCounts } from "./counts";

/** VPC dashboard: how many there are of each kind of resource. */
export default function Dashboard() {
  const region = useRegion();
  const counts = useReading(`counts/${region}`, () => readCounts(region));
  return (
    <Page>
      <ContentLayout
        header={
          <Header
            variant="h1"
            actions={
              <Button variant="primary" href={href(region, ["vpcs", "create"])}>
                Create VPC
              </Button>
            }
          >
            VPC dashboard
          </Header>
        }
      >
        <Cards
          items={counts.data ?? []}
          loading={counts.isLoading && !counts.data}
          loadingText="Counting resources"
          header={
            <Header
              variant="h2"
              description={`What you have in ${placeOf(region)}`}
              actions={
                <Button
                  iconName="refresh"
                  ariaLabel="Refresh resources"
                  loading={counts.isLoading}
                  onClick={counts.refresh}
                />
              }
            >
              Resources by Region
            </Header>
          }
          cardDefinition={{
            header: ({ path, title }) => (
              <Link href={href(region, [path])} fontSize="heading-m">
                {title}
              </Link>
            ),
            sections: [{ id: "count", content: ({ count }) => count }],
          }}
          cardsPerRow={[{ cards: 1 }, { minWidth: 500, cards: 4 }]}
          empty={counts.failure?.message ?? "Nothing could be counted"}
        />
      </ContentLayout>
    </Page>
  );
}
