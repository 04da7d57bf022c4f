import { usePlace } from "../frame/places";
import CreateVpcOnly from "./CreateVpcOnly";
import CreateVpcAndMore from "./wizard/CreateVpcAndMore";

/** Create VPC: `?mode=more` makes a whole network. */
export default function CreateVpc() {
  const { route } = usePlace();
  return route.query.get("mode") === "more" ? <CreateVpcAndMore /> : <CreateVpcOnly />;
}
