import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type Failure, sentence } from "../../clients/failure";
import { href } from "../../frame/route";
import type { Why } from "./wire";

interface Props {
  region: string;
  instance: string;
  user: string;
  why: Why;
  /** What the API has answered when the key was pushed. */
  failure: Failure | undefined;
  again: () => void;
}

/** Failed to connect to your instance: what AWS says of it, and where to look. */
export function TerminalFailure({ region, instance, user, why, failure, again }: Props) {
  const page = (tab: string) => href(region, ["instances", instance], { tab });
  return (
    <div className="terminal-failure">
      <Alert
        type="error"
        header="Failed to connect to your instance"
        action={<Button onClick={again}>Try again</Button>}
      >
        <SpaceBetween size="s">
          <Box color="inherit">{failure ? sentence(failure) : sentenceOf(why, user)}</Box>
          {why === "unreachable" && (
            <ul>
              <li>
                A <Link href={page("security")}>security group</Link> of the instance has to let in SSH, TCP
                port 22, from EC2 Instance Connect's addresses: from anywhere, or from the prefix list
                com.amazonaws.{region}.ec2-instance-connect.
              </li>
              <li>
                The network ACL of its <Link href={page("networking")}>subnet</Link> has to let that in, and
                the answers out.
              </li>
              <li>The subnet's route table has to lead to an internet gateway.</li>
            </ul>
          )}
        </SpaceBetween>
      </Alert>
    </div>
  );
}

function sentenceOf(why: Why, user: string): string {
  switch (why) {
    case "noInstance":
      return "There is no such instance in this Region.";
    case "notRunning":
      return "The instance is not running. Start it, then try again.";
    case "noAddress":
      return "No public IPv4 address assigned: with no public IPv4 address, you can't use EC2 Instance Connect.";
    case "unreachable":
      return "Error establishing SSH connection to your instance. Try again later. EC2 Instance Connect gets no answer at port 22.";
    case "refused":
      return `Error establishing SSH connection to your instance. It does not let in ${user}: check the username.`;
    case "gone":
      return "The terminal was left alone for too long, and has ended.";
    case "tooMany":
      return "There are as many terminals as Hamlet has at once. Close some that you do not use.";
    case "notThere":
      return "This Hamlet was started without machines, or is not ready yet.";
  }
}
