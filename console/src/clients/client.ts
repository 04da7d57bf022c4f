import type { EC2Client } from "@aws-sdk/client-ec2";
import { forgetSession, session } from "../session/session";

/** What a service answers who signs with credentials that it does not know, or not any more. */
const UNKNOWN_CREDENTIALS = [
  "AuthFailure",
  "ExpiredToken",
  "InvalidClientTokenId",
  "RequestExpired",
  "UnrecognizedClientException",
];

/** How every client is made. */
export interface Configuration {
  region: string;
  endpoint: string;
  credentials: typeof session;
  maxAttempts: number;
}

/** What all clients of AWS's SDK have, as far as it matters here. */
type WithMiddleware = Pick<EC2Client, "middlewareStack">;

const forgetting: (() => void)[] = [];

/** A service's client for each Region, asked as every client of AWS asks it: signed, at the origin that the page came from. */
export function clients<Client>(make: (configuration: Configuration) => Client): (region: string) => Client {
  const known = new Map<string, Client>();
  forgetting.push(() => known.clear());
  return (region) => {
    const client =
      known.get(region) ??
      make({
        region,
        endpoint: location.origin,
        credentials: session,
        // A browser's user presses the button again; what was done must not be done twice without their knowing.
        maxAttempts: 2,
      });
    if (!known.has(region)) watch(client as WithMiddleware);
    known.set(region, client);
    return client;
  };
}

function watch(client: WithMiddleware) {
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
}

function forget() {
  for (const clear of forgetting) clear();
  forgetSession();
}
