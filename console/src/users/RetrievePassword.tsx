import { usePlace } from "../frame/places";
import { crumbsOf } from "../policies/holders";
import { Copied } from "../resources/cells";
import { csv } from "../table/csv";
import { RetrievePage } from "./RetrievePage";
import { Secret } from "./Secret";

interface Props {
  user: string;
  password: string;
  next: string;
}

/** Retrieve password: where and how a user signs in, shown once. */
export function RetrievePassword({ user, password, next }: Props) {
  const { session } = usePlace();
  const address = location.href.replace(/#.*/, "");
  return (
    <RetrievePage
      above={crumbsOf({ kind: "user", name: user })}
      title="Retrieve password"
      secret="password"
      fields={[
        { label: "Console sign-in URL", value: <Copied text={address} label="Console sign-in URL" /> },
        { label: "Account ID", value: <Copied text={session.account} label="Account ID" /> },
        { label: "User name", value: <Copied text={user} label="User name" /> },
        { label: "Console password", value: <Secret text={password} label="console password" /> },
      ]}
      file={{
        name: `${user}_credentials.csv`,
        text: csv(["User name", "Password", "Console sign-in URL"], [[user, password, address]]),
      }}
      next={next}
    />
  );
}
