import type { KeyFormat, KeyType } from "@aws-sdk/client-ec2";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { NewKeyPair } from "./create";

interface Props {
  pair: NewKeyPair;
  change: (pair: NewKeyPair) => void;
  problem: string | undefined;
  /** As the page or the dialog calls the first field. */
  nameLabel: string;
}

/** What is asked of a new key pair, on the page and in the dialog. */
export function KeyPairFields({ pair, change, problem, nameLabel }: Props) {
  return (
    <SpaceBetween size="l">
      <FormField
        label={nameLabel}
        description="Key pairs allow you to connect to your instance securely."
        constraintText="The name can include up to 255 ASCII characters. It can't include leading or trailing spaces."
        errorText={problem}
      >
        <Input
          value={pair.name}
          placeholder="Enter key pair name"
          onChange={({ detail }) => change({ ...pair, name: detail.value })}
        />
      </FormField>
      <FormField label="Key pair type">
        <RadioGroup
          value={pair.type}
          onChange={({ detail }) => change({ ...pair, type: detail.value as KeyType })}
          items={[
            { value: "rsa", label: "RSA", description: "RSA encrypted private and public key pair" },
            {
              value: "ed25519",
              label: "ED25519",
              description: "ED25519 encrypted private and public key pair",
            },
          ]}
        />
      </FormField>
      <FormField label="Private key file format">
        <RadioGroup
          value={pair.format}
          onChange={({ detail }) => change({ ...pair, format: detail.value as KeyFormat })}
          items={[
            { value: "pem", label: ".pem", description: "For use with OpenSSH" },
            { value: "ppk", label: ".ppk", description: "For use with PuTTY" },
          ]}
        />
      </FormField>
    </SpaceBetween>
  );
}
