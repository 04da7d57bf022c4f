import { CreateTagsCommand, DeleteTagsCommand } from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";

/** Gives a resource another name, which is its tag Name; without one it has none. */
export async function rename(region: string, id: string, name: string) {
  const Resources = [id];
  if (name)
    await ec2(region).send(new CreateTagsCommand({ Resources, Tags: [{ Key: "Name", Value: name }] }));
  else await ec2(region).send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "Name" }] }));
}
