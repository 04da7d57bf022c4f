import Cards from "@cloudscape-design/components/cards";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { isAwaited, type Reading } from "../clients/reading";
import { Page } from "../frame/Page";
import { useRegion } from "../frame/places";
import { placeOf } from "../frame/regions";
import { href } from "../frame/route";
import { RefreshButton } from "../resources/RefreshButton";
import { Unread } from "../resources/Unread";
import type { Count } from "./counts";

interface Props {
  title: string;
  counts: Reading<Count[]>;
  /** What is done first, at the right of the title. */
  action: ReactNode;
}

/** A service's dashboard: how many there are of each kind of resource. */
export function CountsPage({ title, counts, action }: Props) {
  const region = useRegion();
  return (
    <Page>
      <ContentLayout
        header={
          <Header variant="h1" actions={action}>
            {title}
          </Header>
        }
      >
        <Cards
          items={counts.data ?? []}
          loading={isAwaited(counts)}
          loadingText="Counting resources"
          header={
            <Header
              variant="h2"
              description={`What you have in ${placeOf(region)}`}
              actions={<RefreshButton label="Refresh resources" reading={counts} />}
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
          empty={
            counts.failure ? (
              <Unread things="Resources" failure={counts.failure} refresh={counts.refresh} />
            ) : (
              "There is nothing to count"
            )
          }
        />
      </ContentLayout>
    </Page>
  );
}
