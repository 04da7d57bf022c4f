import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FormPage } from "../forms/FormPage";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { go, href } from "../frame/route";
import { association } from "../network_acls/associate";
import { EntriesTable } from "../network_acls/EntriesTable";
import { aclOf, aclTitle, entriesOf, useNetworkAcls } from "../network_acls/read";
import { useSubnets } from "./read";

/** Edit network ACL association: which ACL judges the subnet's packets, with its rules to be seen. */
export default function EditNetworkAclAssociation({ id }: { id: string }) {
  const region = useRegion();
  const subnet = useSubnets(region).data?.find((it) => it.SubnetId === id);
  const acls = (useNetworkAcls(region).data ?? []).filter((it) => it.VpcId === subnet?.VpcId);
  const [chosen, setChosen] = useState<string>();
  const now = aclOf(id, acls);
  const acl = acls.find((it) => it.NetworkAclId === (chosen ?? now?.NetworkAclId));
  const back = href(region, ["subnets", id], { tab: "network-acl" });
  const submit = async () => {
    const other = acl?.NetworkAclId ?? "";
    if (other !== now?.NetworkAclId) await runSteps([association(region, acls, id, other)]);
    succeed(`You have successfully updated the network ACL association of ${id}.`);
    go(back);
  };
  return (
    <FormPage
      above={[
        { text: "Subnets", path: ["subnets"] },
        { text: id, path: ["subnets", id] },
      ]}
      title="Edit network ACL association"
      button="Save"
      cancel={back}
      submit={submit}
      isDisabled={!acl}
    >
      <Container header={<Header variant="h2">Subnet network ACL settings</Header>}>
        <SpaceBetween size="l">
          <KeyValuePairs items={[{ label: "Subnet ID", value: id }]} />
          <FormField label="Network ACL ID">
            <Select
              selectedOption={acl ? { value: acl.NetworkAclId ?? "", label: aclTitle(acl) } : null}
              placeholder="Select a network ACL"
              options={acls.map((it) => ({ value: it.NetworkAclId ?? "", label: aclTitle(it) }))}
              onChange={({ detail }) => setChosen(detail.selectedOption.value)}
            />
          </FormField>
          <EntriesTable isEgress={false} entries={entriesOf(acl, false)} />
          <EntriesTable isEgress entries={entriesOf(acl, true)} />
        </SpaceBetween>
      </Container>
    </FormPage>
  );
}
