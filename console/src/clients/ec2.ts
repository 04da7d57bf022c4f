import { EC2Client } from "@aws-sdk/client-ec2";
import { forgetSession, session } from "../session/session";

/** What a service answers who signs with credentials that it does not know, or not any more. */
const UNKNOWN_CREDENTIALS = ["AuthFailure", "ExpiredToken", "InvalidClientTokenId", "RequestExpired"];

const clients = new Map<string, EC2Client>();

/** EC2 in a Region, asked as every client of AWS asks it: signed, at the origin that the page came from. */
export function ec2(region: string): EC2Client {
  const known = clients.get(region);
  if (known) return known;
  const client = new EC2Client({
    region,
    endpoint: location.origin,
    credentials: () => session(),
    // A browser's user presses the button again; what was done must not be done twice without their knowing.
    maxAttempts: 2,
  });
  client.middlewareStack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        // Another Hamlet answers here by now: the next call is signed with its credentials, or says that nobody is signed in.
        if (error instanceof Error && UNKNOWN_CREDENTIALS.includes(error.name)) forget();
        throw error;
      }
    },
    { step: "initialize", name: "forgetUnknownCredentials" },
  );
  clients.set(region, client);
  return client;
}

function forget() {
  clients.clear();
  forgetSession();
}
