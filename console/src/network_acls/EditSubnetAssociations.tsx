import type { Subnet } from "@aws-sdk/client-ec2";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { DASH, nameIn } from "../resources/names";
import { ipv6Block, useSubnets } from "../subnets/read";
import { SubnetAssociations } from "../subnets/SubnetAssociations";
import { association } from "./associate";
import { aclOf, aclTitle, associatedWith, useNetworkAcls } from "./read";

/** Edit subnet associations: whose packets this ACL judges. A subnet that is taken out falls to the VPC's default one. */
export default function EditSubnetAssociations({ id }: { id: string }) {
  const region = useRegion();
  const acls = useNetworkAcls(region).data ?? [];
  const subnets = useSubnets(region);
  const acl = acls.find((it) => it.NetworkAclId === id);
  const before = acl ? associatedWith(acl) : [];
  const [edited, setEdited] = useState<string[]>();
  const chosen = edited ?? before;
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
      <SubnetAssociations
        reading={subnets}
        vpc={acl?.VpcId}
        chosen={chosen}
        choose={setEdited}
        isFixed={isFixed}
        columns={[
          { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
          { header: "Subnet ID", cell: (it) => it.SubnetId },
          { header: "Associated with", cell: (it) => aclTitle(aclOf(it.SubnetId, acls)) || DASH },
          { header: "Availability Zone", cell: (it) => it.AvailabilityZone },
          { header: "IPv4 CIDR", cell: (it) => it.CidrBlock ?? DASH },
          { header: "IPv6 CIDR", cell: ipv6Block },
        ]}
      />
    </FormPage>
  );
}
