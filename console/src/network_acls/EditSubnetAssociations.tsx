import type { Subnet } from "@aws-sdk/client-ec2";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { DASH, nameIn } from "../resources/names";
import { subnetTitle, useSubnets } from "../subnets/read";
import { association } from "./associate";
import { aclOf, aclTitle, associatedWith, useNetworkAcls } from "./read";

/** Edit subnet associations: whose packets this ACL judges. A subnet that is taken out falls to the VPC's default one. */
export default function EditSubnetAssociations({ id }: { id: string }) {
  const region = useRegion();
  const acls = useNetworkAcls(region).data ?? [];
  const subnets = useSubnets(region);
  const acl = acls.find((it) => it.NetworkAclId === id);
  const available = (subnets.data ?? []).filter((it) => it.VpcId === acl?.VpcId);
  const before = acl ? associatedWith(acl) : [];
  const [edited, setEdited] = useState<string[]>();
  const chosen = edited ?? before;
  const selected = available.filter((it) => chosen.includes(it.SubnetId ?? ""));
  const back = href(region, ["network_acls", id], { tab: "subnets" });
  // Out of the default one a subnet only comes into another.
  const isFixed = (subnet: Subnet) => Boolean(acl?.IsDefault) && before.includes(subnet.SubnetId ?? "");
  const submit = async () => {
    const fallback = acls.find((it) => it.IsDefault && it.VpcId === acl?.VpcId)?.NetworkAclId ?? "";
    const removed = before.filter((it) => !chosen.includes(it));
    const added = chosen.filter((it) => !before.includes(it));
    await runSteps([
      ...removed.map((subnet) => association(region, acls, subnet, fallback)),
      ...added.map((subnet) => association(region, acls, subnet, id)),
    ]);
    succeed(`You have successfully updated subnet associations for ${aclTitle(acl)}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Network ACLs", path: ["network_acls"] },
        { text: id, path: ["network_acls", id] },
      ]}
      title="Edit subnet associations"
      description="Change which subnets are associated with this network ACL."
      button="Save changes"
      cancel={back}
      submit={submit}
      isDisabled={!acl || !subnets.data}
    >
      <Table
        variant="container"
        trackBy="SubnetId"
        items={available}
        loading={!subnets.data}
        loadingText="Loading subnets"
        selectionType="multi"
        selectedItems={selected}
        isItemDisabled={isFixed}
        onSelectionChange={({ detail }) => setEdited(detail.selectedItems.flatMap((it) => it.SubnetId ?? []))}
        ariaLabels={{
          tableLabel: "Available subnets",
          selectionGroupLabel: "Selection of subnets",
          allItemsSelectionLabel: () => "Select all subnets",
          itemSelectionLabel: (_, it) => `Select ${subnetTitle(it)}`,
        }}
        header={
          <Header variant="h2" counter={`(${selected.length}/${available.length})`}>
            Available subnets
          </Header>
        }
        empty="This VPC has no subnets"
        columnDefinitions={[
          { id: "name", header: "Name", cell: (it: Subnet) => nameIn(it.Tags) || DASH },
          { id: "id", header: "Subnet ID", cell: (it: Subnet) => it.SubnetId },
          {
            id: "acl",
            header: "Associated with",
            cell: (it: Subnet) => aclTitle(aclOf(it.SubnetId, acls)) || DASH,
          },
          { id: "zone", header: "Availability Zone", cell: (it: Subnet) => it.AvailabilityZone },
          { id: "ipv4", header: "IPv4 CIDR", cell: (it: Subnet) => it.CidrBlock ?? DASH },
          {
            id: "ipv6",
            header: "IPv6 CIDR",
            cell: (it: Subnet) => it.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? DASH,
          },
        ]}
      />
      <Container header={<Header variant="h2">Selected subnets</Header>}>
        <TokenGroup
          items={selected.map((it) => ({
            label: subnetTitle(it),
            dismissLabel: `Remove ${subnetTitle(it)}`,
            disabled: isFixed(it),
          }))}
          onDismiss={({ detail }) =>
            setEdited(chosen.filter((it) => it !== selected[detail.itemIndex]?.SubnetId))
          }
        />
      </Container>
    </FormPage>
  );
}
