import { CreateNetworkAclCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { CreateInVpcPage } from "../forms/CreateInVpcPage";
import { nameAmong, specification, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

export default function CreateNetworkAcl() {
  const region = useRegion();
  const create = async (vpc: string, tags: TypedTag[]) => {
    const { NetworkAcl } = await ec2(region).send(
      new CreateNetworkAclCommand({ VpcId: vpc, TagSpecifications: specification("network-acl", tags) }),
    );
    const id = NetworkAcl?.NetworkAclId;
    const link = <ResourceLink region={region} noun="network_acls" id={id} name={nameAmong(tags)} />;
    succeed(<>You successfully created {link}.</>);
    go(href(region, ["network_acls"]));
  };
  return (
    <CreateInVpcPage
      list={{ text: "Network ACLs", path: ["network_acls"] }}
      title="Create network ACL"
      description="A network ACL is an optional layer of security that acts as a firewall for traffic in and out of subnets."
      settings="Network ACL settings"
      placeholder="my-network-acl-01"
      aboutVpc="The VPC to use for this network ACL."
      create={create}
    />
  );
}
