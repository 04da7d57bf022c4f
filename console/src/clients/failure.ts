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
  return { code: codeOf(error), message: error.message };
}

/** Errors that a service's model has are classes of the SDK, with names of their own: the code is what was answered. */
function codeOf(error: Error): string {
  return "Code" in error && typeof error.Code === "string" ? error.Code : error.name;
}

/** What an answer says of a part of what was asked, or of what has come of it, as if the call had been refused. */
export function refusal(code: string | undefined, message: string | undefined): Error {
  return Object.assign(new Error(message), { name: code });
}

/** `InvalidSubnet.Conflict: The CIDR '10.0.0.0/24' conflicts with another subnet`. */
export function sentence({ code, message }: Failure): string {
  return code ? `${code}: ${message}` : message;
}
