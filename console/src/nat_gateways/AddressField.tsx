import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ec2 } from "../clients/ec2";
import { failureOf } from "../clients/failure";
import { refreshAll } from "../clients/reading";
import { useAddresses } from "../elastic_ips/read";
import { fail, succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { nameIn } from "../resources/names";
import { RefreshButton } from "../resources/RefreshButton";

interface Props {
  allocation: string;
  choose: (allocation: string) => void;
  problem: string | undefined;
}

/** Chooses an Elastic IP address that nothing has yet, or allocates one at once. */
export function AddressField({ allocation, choose, problem }: Props) {
  const region = useRegion();
  const addresses = useAddresses(region);
  const [isAllocating, setAllocating] = useState(false);
  const free = (addresses.data ?? []).filter((it) => !it.AssociationId);
  const options = free.map(({ AllocationId, PublicIp, Tags }) => ({
    value: AllocationId ?? "",
    label: AllocationId ?? "",
    description: [PublicIp, nameIn(Tags)].filter(Boolean).join(" · "),
  }));
  const allocate = async () => {
    setAllocating(true);
    try {
      const { AllocationId = "", PublicIp } = await ec2(region).send(
        new AllocateAddressCommand({ Domain: "vpc" }),
      );
      succeed(`Elastic IP address ${PublicIp} (${AllocationId}) was allocated.`);
      await refreshAll();
      choose(AllocationId);
    } catch (error) {
      fail("No Elastic IP address was allocated", failureOf(error));
    } finally {
      setAllocating(false);
    }
  };
  return (
    <FormField
      label="Elastic IP allocation ID"
      description="The address that the internet will see."
      errorText={problem}
      secondaryControl={
        <SpaceBetween direction="horizontal" size="xs">
          <RefreshButton label="Refresh Elastic IP addresses" reading={addresses} />
          <Button formAction="none" loading={isAllocating} onClick={allocate}>
            Allocate Elastic IP
          </Button>
        </SpaceBetween>
      }
    >
      <Select
        selectedOption={options.find((it) => it.value === allocation) ?? null}
        placeholder="Select an Elastic IP"
        empty="No Elastic IP address is free"
        statusType={addresses.isLoading && !addresses.data ? "loading" : "finished"}
        options={options}
        onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
