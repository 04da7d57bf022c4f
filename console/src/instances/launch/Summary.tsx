import type { Image, SecurityGroup } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { DASH } from "../../resources/names";
import { titleOf } from "../images";
import type { SectionProps } from "./fields";
import { type LaunchSettings, volumesOf } from "./settings";

interface Props extends SectionProps {
  image: Image | undefined;
  groups: SecurityGroup[];
  buttons: ReactNode;
}

/** The panel Summary: how many, and what they will be. */
export function Summary({ settings, set, problems, image, groups, buttons }: Props) {
  return (
    <Container header={<Header variant="h2">Summary</Header>}>
      <SpaceBetween size="l">
        <FormField label="Number of instances" errorText={problems.count}>
          <Input
            value={settings.count}
            type="number"
            onChange={({ detail }) => set({ count: detail.value })}
          />
        </FormField>
        <KeyValuePairs
          items={[
            {
              label: "Software Image (AMI)",
              value: image ? (
                <>
                  {titleOf(image)}
                  <Box color="text-body-secondary">{image.ImageId}</Box>
                </>
              ) : (
                DASH
              ),
            },
            { label: "Virtual server type (instance type)", value: settings.type || DASH },
            { label: "Firewall (security group)", value: firewall(settings, groups) },
            { label: "Storage (volumes)", value: storage(settings, image) },
          ]}
        />
        <Box float="right">{buttons}</Box>
      </SpaceBetween>
    </Container>
  );
}

function firewall(settings: LaunchSettings, groups: SecurityGroup[]): string {
  if (settings.firewall === "create") return "New security group";
  const chosen = groups.filter((it) => settings.groups.includes(it.GroupId ?? ""));
  return chosen.map((it) => it.GroupName).join(", ") || DASH;
}

/** `1 volume(s) - 8 GiB`. */
function storage(settings: LaunchSettings, image: Image | undefined): string {
  const volumes = settings.volumes ?? volumesOf(image);
  const size = volumes.reduce((sum, it) => sum + (Number(it.size) || 0), 0);
  return `${volumes.length} volume(s) - ${size} GiB`;
}
