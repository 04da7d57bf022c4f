import Alert from "@cloudscape-design/components/alert";
import Link from "@cloudscape-design/components/link";
import { Page } from "./Page";
import { usePlace } from "./places";
import { href } from "./route";

/** What an address leads to that leads nowhere. */
export function NotFound() {
  const { region } = usePlace().route;
  return (
    <Page title="Not found">
      <Alert type="info" header="There is no such page">
        The console may not have it yet. <Link href={href(region, [])}>VPC dashboard</Link>
      </Alert>
    </Page>
  );
}
