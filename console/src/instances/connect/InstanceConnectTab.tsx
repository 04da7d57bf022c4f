import type { Instance } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";
import { href } from "../../frame/route";
import { DASH } from "../../resources/names";
import { NOT_THERE_YET } from "../../resources/noun";
import { userOf } from "../images";
import { ipv6Addresses, useImage } from "../read";
import { obstacleOf } from "./way";

interface Props {
  region: string;
  of: Instance;
  refresh: () => void;
}

/** EC2 Instance Connect: from the browser to the instance's public address, with a key that lasts a minute. */
export function InstanceConnectTab({ region, of, refresh }: Props) {
  const image = useImage(region, of.ImageId);
  const [typed, setTyped] = useState<string>();
  const user = typed ?? userOf(image.data);
  const obstacle = obstacleOf(of);
  const isReady = !obstacle && user.trim() !== "";
  const terminal = href(region, ["instances", of.InstanceId ?? "", "terminal"], { user: user.trim() });
  return (
    <SpaceBetween size="l">
      {obstacle && (
        <Alert
          type="error"
          header={obstacle.header}
          action={
            <Button iconName="refresh" onClick={refresh}>
              Look again
            </Button>
          }
        >
          {obstacle.text}
        </Alert>
      )}
      <FormField label="Connection type" stretch>
        <Tiles
          ariaLabel="Connection type"
          value="public"
          items={[
            {
              value: "public",
              label: "Connect using a Public IP",
              description: "Connect using EC2 Instance Connect: with a public IPv4 or IPv6 address.",
            },
            {
              value: "endpoint",
              label: "Connect using a Private IP",
              description: `Connect using EC2 Instance Connect Endpoint. ${NOT_THERE_YET}`,
              disabled: true,
            },
          ]}
        />
      </FormField>
      <RadioGroup
        ariaLabel="Address"
        value="ipv4"
        items={[
          {
            value: "ipv4",
            label: "Public IPv4 address",
            description: of.PublicIpAddress ?? DASH,
            disabled: !of.PublicIpAddress,
          },
          {
            value: "ipv6",
            label: "IPv6 address",
            description: ipv6Addresses(of).join(", ") || DASH,
            disabled: true,
          },
        ]}
      />
      <FormField
        label="Username"
        description="Enter the username defined in the AMI used to launch the instance. If you didn't define a custom username, use the default username."
        errorText={user.trim() ? undefined : "Enter a username."}
      >
        <Input value={user} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
      <Alert type="info">
        <Box variant="strong">Note:</Box> In most cases, the default username, {userOf(image.data)}, is
        correct. However, read your AMI usage instructions to check if the AMI owner has changed the default
        AMI username.
      </Alert>
      <Box float="right">
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" href={href(region, ["instances", of.InstanceId ?? ""])}>
            Cancel
          </Button>
          {/* A new tab, by a link: no browser takes that for a window that nobody asked for. */}
          <Button variant="primary" disabled={!isReady} href={isReady ? terminal : undefined} target="_blank">
            Connect
          </Button>
        </SpaceBetween>
      </Box>
    </SpaceBetween>
  );
}
