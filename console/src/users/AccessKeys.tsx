import {
  type AccessKeyMetadata,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { iam } from "../clients/iam";
import { readAccessKeys } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { runSteps } from "../forms/steps";
import { succeed } from "../frame/flash";
import { href } from "../frame/route";
import { Copied } from "../resources/cells";
import { Loaded } from "../resources/Loaded";
import { DASH } from "../resources/names";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";

/** How many a user has at most ("IAM quotas"). */
const KEYS_MAX = 2;

interface Props {
  region: string;
  /** Whose; one's own without a name. */
  user?: string;
}

/** The section Access keys. */
export function AccessKeys({ region, user }: Props) {
  const keys = useReading(`access_keys/${user}`, () => readKeys(region, user));
  const [asked, setAsked] = useState<{ key: AccessKeyMetadata; what: string }>();
  const create = href(
    region,
    user ? ["users", user, "create_access_key"] : ["security_credentials", "create_access_key"],
  );
  return (
    <Loaded things="Access keys" reading={keys}>
      {(items) => (
        <>
          <SmallTable
            title="Access keys"
            variant="container"
            description="Use access keys to send programmatic calls to AWS from the AWS CLI, AWS Tools for PowerShell, AWS SDKs, or direct AWS API calls. You can have a maximum of two access keys at a time."
            items={items}
            empty="No access keys. As a best practice, avoid using long-term credentials like access keys."
            actions={
              <Button
                href={create}
                disabled={items.length >= KEYS_MAX}
                disabledReason="There are two already: delete one first."
              >
                Create access key
              </Button>
            }
            columns={[
              {
                header: "Access key ID",
                cell: ({ key }) => <Copied text={key.AccessKeyId} label="Access key ID" />,
              },
              {
                header: "Status",
                cell: ({ key }) => (
                  <StatusIndicator type={key.Status === "Active" ? "success" : "stopped"}>
                    {key.Status}
                  </StatusIndicator>
                ),
              },
              { header: "Created", cell: ({ key }) => timeOf(key.CreateDate) },
              { header: "Last used", cell: ({ used }) => used },
              {
                header: "Actions",
                cell: ({ key }) => (
                  <ButtonDropdown
                    variant="inline-icon"
                    ariaLabel={`Actions of ${key.AccessKeyId}`}
                    expandToViewport
                    items={[
                      key.Status === "Active"
                        ? { id: "Inactive", text: "Deactivate" }
                        : { id: "Active", text: "Activate" },
                      { id: "delete", text: "Delete" },
                    ]}
                    onItemClick={({ detail }) => setAsked({ key, what: detail.id })}
                  />
                ),
              },
            ]}
          />
          {asked?.what === "delete" && (
            <DeleteDialog region={region} of={asked.key} close={() => setAsked(undefined)} />
          )}
          {asked && asked.what !== "delete" && (
            <StatusDialog
              region={region}
              of={asked.key}
              isActive={asked.what === "Active"}
              close={() => setAsked(undefined)}
            />
          )}
        </>
      )}
    </Loaded>
  );
}

interface Asked {
  region: string;
  of: AccessKeyMetadata;
  close: () => void;
}

function StatusDialog({ region, of, isActive, close }: Asked & { isActive: boolean }) {
  const word = isActive ? "Activate" : "Deactivate";
  return (
    <ConfirmDialog
      title={`${word} ${of.AccessKeyId}?`}
      button={word}
      close={close}
      run={async () => {
        await setStatus(region, of, isActive);
        succeed(`Access key ${of.AccessKeyId} is ${isActive ? "active" : "inactive"}.`);
      }}
    >
      {isActive
        ? "Whoever has this access key can use it again."
        : "Whoever signs with this access key is refused until you activate it again."}
    </ConfirmDialog>
  );
}

function DeleteDialog({ region, of, close }: Asked) {
  const { AccessKeyId = "", UserName } = of;
  const isActive = of.Status === "Active";
  const run = async () => {
    await runSteps([
      ...(isActive ? [{ text: "it was deactivated", run: () => setStatus(region, of, false) }] : []),
      {
        text: "it was deleted",
        run: () => iam(region).send(new DeleteAccessKeyCommand({ AccessKeyId, UserName })),
      },
    ]);
    succeed(`Access key ${AccessKeyId} deleted.`);
  };
  return (
    <ConfirmDialog
      title={`Delete ${AccessKeyId}?`}
      button="Delete"
      word={AccessKeyId}
      close={close}
      run={run}
    >
      {isActive && "The access key is active: it is deactivated first. "}
      It cannot be recovered. Whoever signs with it is refused.
    </ConfirmDialog>
  );
}

function setStatus(region: string, { AccessKeyId, UserName }: AccessKeyMetadata, isActive: boolean) {
  const Status = isActive ? "Active" : "Inactive";
  return iam(region).send(new UpdateAccessKeyCommand({ AccessKeyId, UserName, Status }));
}

/** The keys, each with when and for what it was used last. */
async function readKeys(region: string, user: string | undefined) {
  const keys = await readAccessKeys(region, user);
  return Promise.all(keys.map(async (key) => ({ key, used: await lastUse(region, key) })));
}

async function lastUse(region: string, { AccessKeyId }: AccessKeyMetadata): Promise<string> {
  try {
    const answer = await iam(region).send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    const { LastUsedDate, ServiceName, Region } = answer.AccessKeyLastUsed ?? {};
    return LastUsedDate ? `${timeOf(LastUsedDate)}, ${ServiceName} in ${Region}` : "Never used";
  } catch {
    // Who may see the keys need not be allowed to see this.
    return DASH;
  }
}
