import Box from "@cloudscape-design/components/box";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, useDeferredValue, useEffect, useState } from "react";
import { readForAnother } from "./clients/reading";
import { useMenu } from "./frame/menu";
import { NotFound } from "./frame/NotFound";
import { PlaceContext } from "./frame/places";
import { parse, useHash } from "./frame/route";
import { TopBar } from "./frame/TopBar";
import { pageAt } from "./pages";
import { SignedOutDialog } from "./session/SignedOutDialog";
import { onAnother, onSignedOut, type Session, session } from "./session/session";

/** All of it: nothing before somebody is signed in; then the bar above and the page that the address names. */
export function Console() {
  const [signedIn, setSignedIn] = useState<Session>();
  useEffect(() => {
    const ask = () => session().then(setSignedIn, () => undefined);
    void ask();
    const ends = [
      onSignedOut((problem) => problem ?? ask()),
      // What was typed stays.
      onAnother(() => void ask().then(readForAnother)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, []);
  return (
    <I18nProvider locale="en" messages={[messages]}>
      {signedIn && <SignedIn session={signedIn} />}
      <SignedOutDialog />
    </I18nProvider>
  );
}

const CHANGE_PASSWORD = ["change_password"];

function SignedIn({ session }: { session: Session }) {
  // The page that is there stays until the next one's files have come.
  const route = parse(useDeferredValue(useHash()), session.region);
  const menu = useMenu(route.path);
  const found = pageAt(session.mustChangePassword ? CHANGE_PASSWORD : route.path);
  return (
    <PlaceContext value={{ route, session, menu }}>
      {!found?.entry.isBare && <TopBar />}
      <Suspense fallback={<Loading />}>
        {found ? (
          <found.entry.Page key={`${route.region}/${found.entry.path}/${found.id}`} id={found.id} />
        ) : (
          <NotFound />
        )}
      </Suspense>
    </PlaceContext>
  );
}

function Loading() {
  return (
    <Box padding="xxl" textAlign="center">
      <Spinner size="large" />
    </Box>
  );
}
