import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { sentence } from "../../clients/failure";
import { isAwaited, refreshAll } from "../../clients/reading";
import { useRegion } from "../../frame/places";
import { CreateKeyPairDialog } from "../../key_pairs/CreateKeyPairDialog";
import { useKeyPairs } from "../../key_pairs/read";
import { RefreshButton } from "../../resources/RefreshButton";
import type { SectionProps } from "./fields";

/** Key pairs have no empty names. */
const WITHOUT = {
  value: "",
  label: "Proceed without a key pair (Not recommended)",
  labelTag: "Default value",
};

/** Key pair (login): one that is there, a new one, or none. */
export function KeyPairSection({ settings, set, problems }: SectionProps) {
  const region = useRegion();
  const pairs = useKeyPairs(region);
  const [isCreating, setCreating] = useState(false);
  const options = [
    WITHOUT,
    ...(pairs.data ?? []).map(({ KeyName = "", KeyType }) => ({
      value: KeyName,
      label: KeyName,
      description: `Type: ${KeyType}`,
    })),
  ];
  const created = (name: string) => {
    set({ keyPair: name });
    void refreshAll();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="You can use a key pair to securely connect to your instance. Ensure that you have access to the selected key pair before you launch the instance."
        >
          Key pair (login)
        </Header>
      }
    >
      <FormField
        label="Key pair name – required"
        errorText={problems.keyPair ?? (pairs.failure && sentence(pairs.failure))}
        secondaryControl={
          <SpaceBetween direction="horizontal" size="xs">
            <RefreshButton label="Refresh key pairs" reading={pairs} />
            <Button formAction="none" onClick={() => setCreating(true)}>
              Create new key pair
            </Button>
          </SpaceBetween>
        }
      >
        <Select
          selectedOption={options.find((it) => it.value === settings.keyPair) ?? null}
          placeholder="Select"
          filteringType="auto"
          statusType={isAwaited(pairs) ? "loading" : "finished"}
          options={options}
          onChange={({ detail }) => set({ keyPair: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      {isCreating && (
        <CreateKeyPairDialog region={region} close={() => setCreating(false)} created={created} />
      )}
    </Container>
  );
}
