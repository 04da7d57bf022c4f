import type { Image } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { withChange, without } from "../../forms/rows";
import type { SectionProps } from "./fields";
import { freeDevice, volumesOf } from "./settings";

const TYPES = ["gp3", "gp2", "io1", "io2", "st1", "sc1", "standard"].map((value) => ({
  value,
  label: value,
}));

/** Configure storage: the image's volumes, and others. */
export function StorageSection(props: SectionProps & { image: Image | undefined }) {
  const { settings, set, problems, image } = props;
  const volumes = settings.volumes ?? volumesOf(image);
  return (
    <Container header={<Header variant="h2">Configure storage</Header>}>
      <SpaceBetween size="m">
        {volumes.map((volume, at) => (
          <SpaceBetween key={volume.device} direction="horizontal" size="xs" alignItems="center">
            <Box>1x</Box>
            <Input
              value={volume.size}
              type="number"
              ariaLabel={`Size of ${volume.device} in GiB`}
              onChange={({ detail }) => set({ volumes: withChange(volumes, at, { size: detail.value }) })}
            />
            <Box>GiB</Box>
            <Select
              selectedOption={TYPES.find((it) => it.value === volume.type) ?? null}
              ariaLabel={`Volume type of ${volume.device}`}
              options={TYPES}
              onChange={({ detail }) =>
                set({ volumes: withChange(volumes, at, { type: detail.selectedOption.value ?? "gp3" }) })
              }
            />
            <Box>{volume.isRoot ? "Root volume" : `EBS volume (${volume.device})`}, Not encrypted</Box>
            {!volume.isRoot && (
              <Button
                formAction="none"
                ariaLabel={`Remove ${volume.device}`}
                onClick={() => set({ volumes: without(volumes, at) })}
              >
                Remove
              </Button>
            )}
          </SpaceBetween>
        ))}
        <FormField errorText={problems.volumes}>
          <Button
            formAction="none"
            onClick={() =>
              set({
                volumes: [...volumes, { device: freeDevice(volumes), size: "8", type: "gp3", isRoot: false }],
              })
            }
          >
            Add new volume
          </Button>
        </FormField>
      </SpaceBetween>
    </Container>
  );
}
