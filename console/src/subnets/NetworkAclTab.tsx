import type { NetworkAcl } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { EntriesTable } from "../network_acls/EntriesTable";
import { entriesOf } from "../network_acls/read";
import { ResourceLink } from "../resources/cells";
import { nameIn } from "../resources/names";

/** The rules that a subnet's packets pass at its edge. */
export function NetworkAclTab(props: { region: string; subnet: string; acl: NetworkAcl | undefined }) {
  const { region, subnet, acl } = props;
  const edit = href(region, ["subnets", subnet, "edit_network_acl_association"]);
  return (
    <SpaceBetween size="l">
      <Header variant="h3" actions={<Button href={edit}>Edit network ACL association</Button>}>
        <Box variant="span">
          Network ACL:{" "}
          <ResourceLink region={region} noun="network_acls" id={acl?.NetworkAclId} name={nameIn(acl?.Tags)} />
        </Box>
      </Header>
      <EntriesTable isEgress={false} entries={entriesOf(acl, false)} />
      <EntriesTable isEgress entries={entriesOf(acl, true)} />
    </SpaceBetween>
  );
}
