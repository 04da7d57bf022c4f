/** What a service has answered instead of doing something: its code and its sentence, as AWS words them. */
export interface Failure {
  code: string;
  message: string;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "Error", message: String(error) };
  if (error instanceof TypeError) {
    return {
      code: "NoAnswer",
      message: "Hamlet does not answer. Start it with `hamlet up`, then try again.",
    };
  }
  return { code: error.name, message: error.message };
}

/** What an answer says of a part of what was asked, or of what has come of it, as if the call had been refused. */
export function refusal(code: string | undefined, message: string | undefined): Error {
  return Object.assign(new Error(message), { name: code });
}

/** `InvalidSubnet.Conflict: The CIDR '10.0.0.0/24' conflicts with another subnet`. */
export function sentence({ code, message }: Failure): string {
  return `${code}: ${message}`;
}
