import Button from "@cloudscape-design/components/button";
import { readAddresses, readInstances, readNetworkInterfaces, readSecurityGroups } from "../clients/describe";
import { useReading } from "../clients/reading";
import { CountsPage } from "../dashboard/CountsPage";
import { type Counted, countsOf } from "../dashboard/counts";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { readKeyPairs } from "../key_pairs/read";

const COUNTED: Counted[] = [
  {
    path: "instances",
    title: "Instances (running)",
    read: async (region) => (await readInstances(region)).filter((it) => it.State?.Name === "running"),
  },
  { path: "instances", title: "Instances", read: readInstances },
  { path: "key_pairs", title: "Key pairs", read: readKeyPairs },
  { path: "security_groups", title: "Security groups", read: readSecurityGroups },
  { path: "elastic_ips", title: "Elastic IPs", read: readAddresses },
  { path: "network_interfaces", title: "Network interfaces", read: readNetworkInterfaces },
];

/** EC2 dashboard: how many there are of each kind of resource. */
export default function Ec2Dashboard() {
  const region = useRegion();
  const counts = useReading(`ec2-counts/${region}`, () => countsOf(COUNTED, region));
  return (
    <CountsPage
      title="EC2 dashboard"
      counts={counts}
      action={
        <Button variant="primary" href={href(region, ["instances", "launch"])}>
          Launch instance
        </Button>
      }
    />
  );
}
