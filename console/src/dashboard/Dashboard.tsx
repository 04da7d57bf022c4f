import Button from "@cloudscape-design/components/button";
import { useReading } from "../clients/reading";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { CountsPage } from "./CountsPage";
import { readCounts } from "./counts";

/** VPC dashboard: how many there are of each kind of resource. */
export default function Dashboard() {
  const region = useRegion();
  const counts = useReading(`counts/${region}`, () => readCounts(region));
  return (
    <CountsPage
      title="VPC dashboard"
      counts={counts}
      action={
        <Button variant="primary" href={href(region, ["vpcs", "create"])}>
          Create VPC
        </Button>
      }
    />
  );
}
