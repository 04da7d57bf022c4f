import { CreateEgressOnlyInternetGatewayCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { CreateInVpcPage } from "../forms/CreateInVpcPage";
import { nameAmong, specification, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

const PATH = "egress_only_internet_gateways";

export default function CreateEgressOnlyInternetGateway() {
  const region = useRegion();
  const create = async (vpc: string, tags: TypedTag[]) => {
    const { EgressOnlyInternetGateway } = await ec2(region).send(
      new CreateEgressOnlyInternetGatewayCommand({
        VpcId: vpc,
        TagSpecifications: specification("egress-only-internet-gateway", tags),
      }),
    );
    const id = EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? "";
    const link = <ResourceLink region={region} noun={PATH} id={id} name={nameAmong(tags)} />;
    succeed(<>You successfully created {link}. A route for ::/0 leads packets to it.</>);
    go(href(region, [PATH, id]));
  };
  return (
    <CreateInVpcPage
      list={{ text: "Egress-only internet gateways", path: [PATH] }}
      title="Create egress only internet gateway"
      description="An egress-only internet gateway lets instances begin connections to the internet over IPv6, and lets nobody begin one to them."
      settings="Egress only internet gateway settings"
      placeholder="my-egress-only-gateway-01"
      aboutVpc="The VPC in which the gateway is to be."
      create={create}
    />
  );
}
