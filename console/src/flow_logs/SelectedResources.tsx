import Container from "@cloudscape-design/components/container";
import { readNetworkInterfaces, readSubnets, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";
import { ResourceLink, State } from "../resources/cells";
import { DASH, nameIn } from "../resources/names";
import { SmallTable } from "../table/SmallTable";
import { kindOf } from "./read";

interface Resource {
  id: string;
  name: string;
  state: string | undefined;
}

/** What is to be logged. */
export function SelectedResources({ region, ids }: { region: string; ids: string[] }) {
  const reading = useReading(`flow-logs/resources/${region}/${ids.join()}`, () => readAll(region, ids));
  return (
    <Container>
      <SmallTable
        title="Selected resources"
        items={reading.data ?? []}
        reading={reading}
        empty={`There is no ${ids.join(", ")} in this Region.`}
        columns={[
          { header: "Name", cell: (it) => it.name || DASH },
          {
            header: "Resource ID",
            cell: (it) => <ResourceLink region={region} noun={kindOf(it.id).path} id={it.id} />,
          },
          { header: "State", cell: (it) => <State of={it.state} /> },
        ]}
      />
    </Container>
  );
}

async function readAll(region: string, ids: string[]): Promise<Resource[]> {
  const found = await READ[kindOf(ids[0] ?? "").type]?.(region);
  return (found ?? []).filter((it) => ids.includes(it.id));
}

const READ: Partial<Record<string, (region: string) => Promise<Resource[]>>> = {
  VPC: async (region) =>
    (await readVpcs(region)).map((it) => ({ id: it.VpcId ?? "", name: nameIn(it.Tags), state: it.State })),
  Subnet: async (region) =>
    (await readSubnets(region)).map((it) => ({
      id: it.SubnetId ?? "",
      name: nameIn(it.Tags),
      state: it.State,
    })),
  NetworkInterface: async (region) =>
    (await readNetworkInterfaces(region)).map((it) => ({
      id: it.NetworkInterfaceId ?? "",
      name: nameIn(it.TagSet),
      state: it.Status,
    })),
};
