import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  type InstanceNetworkInterface,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from "@aws-sdk/client-ec2";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { runSteps, type Step } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { EditInstancePage } from "./EditInstancePage";
import { useInstance } from "./read";

/** An address that is there, or one that is to be: an empty one is chosen by the service. */
interface Row {
  address: string;
  isNew: boolean;
  isPrimary?: boolean;
}

type Edited = Record<string, Row[]>;

/** Manage IP addresses: secondary private addresses and IPv6 addresses of an instance's network interfaces. */
export default function ManageIpAddresses({ id }: { id: string }) {
  const region = useRegion();
  const reading = useInstance(region, id);
  const instance = reading.data;
  const [edited, setEdited] = useState<Edited>({});
  const interfaces = instance?.NetworkInterfaces ?? [];
  const rows = (key: string, before: Row[]) => edited[key] ?? before;
  const change = (key: string, next: Row[]) => setEdited({ ...edited, [key]: next });
  const save = async () => {
    await runSteps(
      interfaces.flatMap((it) => [
        ...steps(region, it, "v4", ipv4(it), rows(keyOf(it, "v4"), ipv4(it))),
        ...steps(region, it, "v6", ipv6(it), rows(keyOf(it, "v6"), ipv6(it))),
      ]),
    );
    succeed(`You successfully changed the IP addresses of ${id}.`);
  };
  return (
    <EditInstancePage
      id={id}
      title="Manage IP addresses"
      description="Assign or unassign IPv4 and IPv6 addresses to the instance's network interfaces."
      button="Save"
      tab="networking"
      save={save}
      reading={reading}
    >
      {interfaces.map((it) => (
        <Container
          key={it.NetworkInterfaceId}
          header={
            <Header variant="h2" description={it.SubnetId}>
              {it.NetworkInterfaceId}
            </Header>
          }
        >
          <SpaceBetween size="l">
            <Addresses
              label="Private IP address"
              rows={rows(keyOf(it, "v4"), ipv4(it))}
              change={(next) => change(keyOf(it, "v4"), next)}
            />
            <Addresses
              label="IPv6 address"
              rows={rows(keyOf(it, "v6"), ipv6(it))}
              change={(next) => change(keyOf(it, "v6"), next)}
            />
          </SpaceBetween>
        </Container>
      ))}
    </EditInstancePage>
  );
}

function Addresses(props: { label: string; rows: Row[]; change: (rows: Row[]) => void }) {
  const { label, rows, change } = props;
  return (
    <AttributeEditor
      items={rows}
      empty={`No ${label.replace("address", "addresses")}`}
      addButtonText="Assign new IP address"
      removeButtonText="Unassign"
      removeButtonAriaLabel={(row) => `Unassign ${row.address}`}
      isItemRemovable={(row) => !row.isPrimary}
      onAddButtonClick={() => change([...rows, { address: "", isNew: true }])}
      onRemoveButtonClick={({ detail }) => change(rows.filter((_, at) => at !== detail.itemIndex))}
      definition={[
        {
          label,
          control: (row, at) =>
            row.isNew ? (
              <Input
                value={row.address}
                ariaLabel={label}
                placeholder="Auto-assign"
                onChange={({ detail }) =>
                  change(rows.map((it, place) => (place === at ? { ...it, address: detail.value } : it)))
                }
              />
            ) : (
              <Box padding={{ top: "xs" }}>
                {row.address} {row.isPrimary ? "(primary)" : ""}
              </Box>
            ),
        },
      ]}
    />
  );
}

type Family = "v4" | "v6";

function keyOf({ NetworkInterfaceId }: InstanceNetworkInterface, family: Family): string {
  return `${NetworkInterfaceId}/${family}`;
}

function ipv4(it: InstanceNetworkInterface): Row[] {
  return (it.PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "", Primary }) => ({
    address: PrivateIpAddress,
    isNew: false,
    isPrimary: Primary,
  }));
}

function ipv6(it: InstanceNetworkInterface): Row[] {
  return (it.Ipv6Addresses ?? []).map(({ Ipv6Address = "" }) => ({ address: Ipv6Address, isNew: false }));
}

function steps(
  region: string,
  { NetworkInterfaceId }: InstanceNetworkInterface,
  family: Family,
  before: Row[],
  after: Row[],
): Step[] {
  const gone = before.filter((row) => !after.includes(row) && !holds(after, row)).map((row) => row.address);
  const added = after.filter((row) => row.isNew);
  const typed = added.map((row) => row.address.trim()).filter(Boolean);
  const free = added.length - typed.length;
  const client = ec2(region);
  const isV4 = family === "v4";
  const unassign = () =>
    isV4
      ? client.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: gone }))
      : client.send(new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: gone }));
  const assign = (addresses: string[] | undefined, count: number | undefined) =>
    isV4
      ? client.send(
          new AssignPrivateIpAddressesCommand({
            NetworkInterfaceId,
            PrivateIpAddresses: addresses,
            SecondaryPrivateIpAddressCount: count,
          }),
        )
      : client.send(
          new AssignIpv6AddressesCommand({
            NetworkInterfaceId,
            Ipv6Addresses: addresses,
            Ipv6AddressCount: count,
          }),
        );
  const all: (Step | false)[] = [
    gone.length > 0 && { text: `${gone.join(", ")} unassigned`, run: unassign },
    typed.length > 0 && { text: `${typed.join(", ")} assigned`, run: () => assign(typed, undefined) },
    free > 0 && { text: "addresses assigned", run: () => assign(undefined, free) },
  ];
  return all.filter((it) => it !== false);
}

function holds(rows: Row[], { address }: Row): boolean {
  return rows.some((it) => !it.isNew && it.address === address);
}
