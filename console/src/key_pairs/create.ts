import {
  CreateKeyPairCommand,
  type KeyFormat,
  type KeyType,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import type { Failure } from "../clients/failure";
import { download } from "../table/csv";

/** What a new key pair is to be. */
export interface NewKeyPair {
  name: string;
  type: KeyType;
  format: KeyFormat;
}

export const NEW_KEY_PAIR: NewKeyPair = { name: "", type: "rsa", format: "pem" };

/** Makes a key pair, and has the browser save the private half, which nobody can have again. */
export async function createKeyPair(
  region: string,
  pair: NewKeyPair,
  tags?: TagSpecification[],
): Promise<void> {
  const { name, type, format } = pair;
  const made = await ec2(region).send(
    new CreateKeyPairCommand({
      KeyName: name,
      KeyType: type,
      KeyFormat: format,
      TagSpecifications: tags,
    }),
  );
  // From here on only the file has it.
  download(`${name}.${format}`, made.KeyMaterial ?? "", "application/x-pem-file");
}

/** What is wrong with a name. */
export function nameProblem(name: string): string | undefined {
  if (!name) return "Enter a name for the key pair.";
  return name === name.trim() ? undefined : "A name has no spaces before or after it.";
}

/** A refusal is about the name. */
export function isAboutTheName({ code, message }: Failure): boolean {
  return code.startsWith("InvalidKeyPair") || message.toLowerCase().includes("keyname");
}
