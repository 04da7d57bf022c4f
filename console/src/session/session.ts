import { refusal } from "../clients/failure";

/** Temporary credentials for the page, which Hamlet gives to a browser that was let in. */
export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
  account: string;
  /** The IAM user who is signed in; the account's root has no such name. */
  user?: string;
  /** Whether nothing else may be done before the user has chosen another password. */
  mustChangePassword: boolean;
  /** The Region that Hamlet was started with. */
  region: string;
}

/** Nobody is signed in, or Hamlet does not answer: what to do about it is in the message. */
export class SignedOut extends Error {
  override name = "SignedOut";
}

/** How long before they end credentials are fetched anew. */
const BEFORE_THE_END_MS = 5 * 60 * 1000;

let asked: Promise<Session> | undefined;
const forgetting = new Set<() => void>();
/** Where this browser's tabs tell each other that somebody else has signed in, or nobody: they share one session. */
const tabs = new BroadcastChannel("hamlet-console/session");
const listeners = new Set<(problem: SignedOut | undefined) => void>();

/** The session, fetched when it is needed first and whenever it is about to end. */
export async function session(): Promise<Session> {
  const before = asked;
  const now = await before?.catch(() => undefined);
  // Of several that have waited for it, the first one fetches: the others find another one here.
  if (asked === before && !isLasting(now)) asked = undefined;
  asked ??= fetched();
  return asked;
}

/** Forgets the credentials: Hamlet was started anew and knows others, or somebody else has signed in. */
export function forgetSession() {
  asked = undefined;
  for (const forget of forgetting) forget();
}

/** Is told when the credentials are of no use any more: whoever keeps them forgets them, too. */
export function onForgotten(forget: () => void) {
  forgetting.add(forget);
}

/** Tells when somebody else has signed in, or nobody any more, in another tab of this browser. */
export function onAnother(listener: () => void): () => void {
  const hear = () => {
    forgetSession();
    listener();
  };
  tabs.addEventListener("message", hear);
  return () => tabs.removeEventListener("message", hear);
}

/** Tells when somebody is no longer signed in, and when they are again. Returns how to stop. */
export function onSignedOut(listener: (problem: SignedOut | undefined) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ends the session of this browser, in all of its tabs. */
export async function signOut() {
  await change("leave");
  tell(new SignedOut("You have signed out. `hamlet console` prints an address that lets you in again."));
}

/** Who signs in as an IAM user: the account's number or alias, name and password. */
export interface SignIn {
  account: string;
  user: string;
  password: string;
}

/** Has this browser's session be an IAM user's. Throws what is wrong with what was typed. */
export async function signInAs(typed: SignIn) {
  await change("sign_in", typed);
}

/** Has this browser's session be the account's root's again. */
export async function signInAsRoot() {
  await change("sign_in_as_root");
}

async function change(path: string, form?: SignIn) {
  const response = await fetch(path, { method: "POST", ...(form && { body: JSON.stringify(form) }) });
  // Not an answer of a service: there is a sentence and no code.
  if (!response.ok) throw refusal("", problemIn(await response.text()));
  forgetSession();
  tabs.postMessage("another");
}

/** What is wrong, as the console's own answers say it: in a member, or where a request is refused as such in plain text. */
function problemIn(answer: string): string {
  try {
    return JSON.parse(answer).problem;
  } catch {
    return answer.trim();
  }
}

function isLasting(session: Session | undefined): boolean {
  return session !== undefined && session.expiration.getTime() - Date.now() >= BEFORE_THE_END_MS;
}

async function fetched(): Promise<Session> {
  try {
    const session = await fetchedOrRefused();
    tell(undefined);
    return session;
  } catch (error) {
    const problem = error instanceof SignedOut ? error : unreachable();
    asked = undefined;
    tell(problem);
    throw problem;
  }
}

async function fetchedOrRefused(): Promise<Session> {
  const response = await fetch("credentials", { method: "POST" });
  const answer = await response.json();
  if (!response.ok) throw new SignedOut(answer.problem);
  return { ...answer, expiration: new Date(answer.expiration) };
}

function unreachable(): SignedOut {
  return new SignedOut("Hamlet does not answer. Start it with `hamlet up`, then try again.");
}

function tell(problem: SignedOut | undefined) {
  for (const listener of listeners) listener(problem);
}
