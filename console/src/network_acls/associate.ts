import { type NetworkAcl, ReplaceNetworkAclAssociationCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import type { Step } from "../forms/steps";

/** Has another ACL judge a subnet's packets: a subnet always has one, so the association that there is is replaced. */
export function association(region: string, acls: NetworkAcl[], subnet: string, NetworkAclId: string): Step {
  const associations = acls.flatMap((it) => it.Associations ?? []);
  const AssociationId = associations.find((it) => it.SubnetId === subnet)?.NetworkAclAssociationId;
  return {
    text: `${subnet} associated with ${NetworkAclId}`,
    run: () => ec2(region).send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId })),
  };
}
