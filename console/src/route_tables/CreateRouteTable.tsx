import { CreateRouteTableCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { CreateInVpcPage } from "../forms/CreateInVpcPage";
import { nameAmong, specification, type TypedTag } from "../forms/TagsEditor";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceLink } from "../resources/cells";

export default function CreateRouteTable() {
  const region = useRegion();
  const create = async (vpc: string, tags: TypedTag[]) => {
    const { RouteTable } = await ec2(region).send(
      new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications: specification("route-table", tags) }),
    );
    const id = RouteTable?.RouteTableId ?? "";
    const link = <ResourceLink region={region} noun="route_tables" id={id} name={nameAmong(tags)} />;
    succeed(<>Route table {link} was created successfully.</>);
    go(href(region, ["route_tables", id]));
  };
  return (
    <CreateInVpcPage
      list={{ text: "Route tables", path: ["route_tables"] }}
      title="Create route table"
      description="A route table specifies how packets are forwarded between the subnets of your VPC, the internet, and your other networks."
      settings="Route table settings"
      placeholder="my-route-table-01"
      aboutVpc="The VPC to use for this route table."
      create={create}
    />
  );
}
