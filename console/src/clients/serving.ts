import { forgetSession, onForgotten, session } from "../session/session";

/** What a service answers who signs with credentials that it does not know, or not any more. */
const UNKNOWN_CREDENTIALS = [
  "AuthFailure",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "RequestExpired",
  "UnrecognizedClientException",
];

/** What all of AWS's clients are begun with: signed with the page's credentials, at the origin that it came from. */
export interface Settings {
  region: string;
  endpoint: string;
  credentials: typeof session;
  maxAttempts: number;
  disableHostPrefix: boolean;
}

/** As much of a client as is needed to hear of its failures. */
interface Client {
  middlewareStack: {
    add: (middleware: never, options: { step: "initialize"; name: string }) => void;
  };
}

type Call = (call: unknown) => Promise<unknown>;

/** The clients of a service, one for each Region. */
export function serving<C extends Client>(begin: (settings: Settings) => C): (region: string) => C {
  const clients = new Map<string, C>();
  // Each keeps its credentials until they end.
  onForgotten(() => clients.clear());
  return (region) => {
    const known = clients.get(region);
    if (known) return known;
    const client = begin({
      region,
      endpoint: location.origin,
      credentials: session,
      // A browser's user presses the button again; what was done must not be done twice without their knowing.
      maxAttempts: 2,
      // There is one origin: `streaming-logs` is no other host here.
      disableHostPrefix: true,
    });
    const forgetUnknownCredentials = (next: Call) => async (call: unknown) => {
      try {
        return await next(call);
      } catch (error) {
        // Another Hamlet answers here by now: the next call is signed with its credentials, or says that nobody is signed in.
        if (error instanceof Error && UNKNOWN_CREDENTIALS.includes(error.name)) forgetSession();
        throw error;
      }
    };
    client.middlewareStack.add(forgetUnknownCredentials as never, {
      step: "initialize",
      name: "forgetUnknownCredentials",
    });
    clients.set(region, client);
    return client;
  };
}
