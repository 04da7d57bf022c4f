import { forgetSession, session } from "../session/session";

/** What services answer who are asked with credentials that they do not know, or not any more. */
const UNKNOWN_CREDENTIALS = [
  "AuthFailure",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "RequestExpired",
  "UnrecognizedClientException",
];

/** How the client of any service is made. */
export interface ClientSettings {
  region: string;
  endpoint: string;
  credentials: typeof session;
  maxAttempts: number;
  disableHostPrefix: boolean;
}

/** What is asked of a client here, whichever service it is of. */
interface Client {
  middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each service's client has types of its own for what goes through it
    add: (middleware: any, options: any) => void;
  };
}

const forgotten = new Set<() => void>();

/**
 * A service, asked as every client of AWS asks it: signed, at the origin that the page came from. There is one client for each
 * Region: `export const ec2 = service((settings) => new EC2Client(settings))`.
 */
export function service<C extends Client>(make: (settings: ClientSettings) => C): (region: string) => C {
  const clients = new Map<string, C>();
  forgotten.add(() => clients.clear());
  return (region) => {
    const client = clients.get(region) ?? made(region, make);
    clients.set(region, client);
    return client;
  };
}

function made<C extends Client>(region: string, make: (settings: ClientSettings) => C): C {
  const client = make({
    region,
    endpoint: location.origin,
    credentials: () => session(),
    // A browser's user presses the button again; what was done must not be done twice without their knowing.
    maxAttempts: 2,
    // There is one origin: `streaming-logs` is no other host here.
    disableHostPrefix: true,
  });
  const watching = (next: (call: unknown) => Promise<unknown>) => async (call: unknown) => {
    try {
      return await next(call);
    } catch (error) {
      // Another Hamlet answers here by now: the next call is signed with its credentials, or says that nobody is signed in.
      if (error instanceof Error && UNKNOWN_CREDENTIALS.includes(error.name)) forget();
      throw error;
    }
  };
  client.middlewareStack.add(watching, { step: "initialize", name: "forgetUnknownCredentials" });
  return client;
}

function forget() {
  for (const clear of forgotten) clear();
  forgetSession();
}
