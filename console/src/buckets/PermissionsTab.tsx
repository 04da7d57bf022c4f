import {
  DeleteBucketPolicyCommand,
  type ObjectOwnership,
  PutBucketOwnershipControlsCommand,
} from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { s3 } from "../clients/s3";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { useRegion } from "../frame/places";
import { href } from "../frame/route";
import { DocumentView } from "../resources/DocumentView";
import { NOT_THERE_YET } from "../resources/noun";
import { SmallTable } from "../table/SmallTable";
import { OwnershipField, ownershipText } from "./OwnershipField";
import { Panel } from "./Panel";
import { isAllBlocked, PARTS } from "./PublicAccessFields";
import type { Home } from "./read";
import { useBucketPolicy, useCorsRules, useGrants, useOwnership, usePublicAccessBlock } from "./settings";

/** Who may do what with a bucket. */
export function PermissionsTab({ home }: { home: Home }) {
  return (
    <SpaceBetween size="l">
      <PublicAccess home={home} />
      <Policy home={home} />
      <Ownership home={home} />
      <Acl home={home} />
      <Cors home={home} />
    </SpaceBetween>
  );
}

function PublicAccess({ home }: { home: Home }) {
  const region = useRegion();
  return (
    <Panel
      title="Block public access (bucket settings)"
      doing="get Block Public Access settings"
      permission="s3:GetBucketPublicAccessBlock"
      reading={usePublicAccessBlock(home)}
      actions={
        <Button
          ariaLabel="Edit Block public access"
          href={href(region, ["buckets", home.name, "edit_public_access"])}
        >
          Edit
        </Button>
      }
    >
      {(settings) => (
        <SpaceBetween size="xs">
          <Box variant="awsui-key-label">Block all public access</Box>
          <OnOff isOn={isAllBlocked(settings)} />
          {!isAllBlocked(settings) &&
            PARTS.map(({ part, text }) => (
              <Box key={part} padding={{ left: "l" }}>
                {text}: <OnOff isOn={settings[part] ?? false} />
              </Box>
            ))}
        </SpaceBetween>
      )}
    </Panel>
  );
}

function OnOff({ isOn }: { isOn: boolean }) {
  return <StatusIndicator type={isOn ? "success" : "warning"}>{isOn ? "On" : "Off"}</StatusIndicator>;
}

function Policy({ home }: { home: Home }) {
  const region = useRegion();
  const reading = useBucketPolicy(home);
  const [isAsked, ask] = useState(false);
  const remove = async () => {
    await s3(home.region).send(new DeleteBucketPolicyCommand({ Bucket: home.name }));
    succeed("Successfully deleted bucket policy.");
  };
  return (
    <>
      <Panel
        title="Bucket policy"
        description="A policy, written in JSON, says who may do what with the objects of the bucket."
        doing="get bucket policy"
        permission="s3:GetBucketPolicy"
        reading={reading}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button ariaLabel="Edit bucket policy" href={href(region, ["buckets", home.name, "edit_policy"])}>
              Edit
            </Button>
            <Button
              ariaLabel="Delete bucket policy"
              disabled={reading.data === ""}
              disabledReason="There is none."
              onClick={() => ask(true)}
            >
              Delete
            </Button>
          </SpaceBetween>
        }
      >
        {(policy) =>
          policy ? <DocumentView document={policy} /> : <Box textAlign="center">No policy to display.</Box>
        }
      </Panel>
      {isAsked && (
        <ConfirmDialog
          title="Delete bucket policy"
          button="Delete"
          word="delete"
          close={() => ask(false)}
          run={remove}
        >
          <Box>The policy will be deleted for good. What only it allowed or denied is so no more.</Box>
        </ConfirmDialog>
      )}
    </>
  );
}

function Ownership({ home }: { home: Home }) {
  const reading = useOwnership(home);
  const [isEdited, edit] = useState(false);
  const [chosen, choose] = useState<ObjectOwnership>();
  const ownership = chosen ?? reading.data ?? "BucketOwnerEnforced";
  const close = () => {
    choose(undefined);
    edit(false);
  };
  const save = async () => {
    await s3(home.region).send(
      new PutBucketOwnershipControlsCommand({
        Bucket: home.name,
        OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] },
      }),
    );
    succeed("Successfully edited Object Ownership.");
  };
  return (
    <>
      <Panel
        title="Object Ownership"
        description="To whom objects belong that other accounts write, and whether ACLs count."
        doing="get Object Ownership"
        permission="s3:GetBucketOwnershipControls"
        reading={reading}
        actions={
          <Button ariaLabel="Edit Object Ownership" onClick={() => edit(true)}>
            Edit
          </Button>
        }
      >
        {(data) => <Box>{ownershipText(data)}</Box>}
      </Panel>
      {isEdited && (
        <ConfirmDialog title="Edit Object Ownership" button="Save changes" close={close} run={save}>
          <OwnershipField ownership={ownership} choose={choose} />
        </ConfirmDialog>
      )}
    </>
  );
}

function EditLater({ of }: { of: string }) {
  return (
    <Button ariaLabel={`Edit ${of}`} disabled disabledReason={NOT_THERE_YET}>
      Edit
    </Button>
  );
}

function Acl({ home }: { home: Home }) {
  return (
    <Panel
      title="Access control list (ACL)"
      doing="get the ACL"
      permission="s3:GetBucketAcl"
      reading={useGrants(home)}
      actions={<EditLater of="ACL" />}
    >
      {(grants) => (
        <SmallTable
          title="Grants"
          items={grants}
          empty="No grants"
          columns={[
            { header: "Grantee", cell: ({ Grantee }) => Grantee?.URI ?? Grantee?.ID ?? "–" },
            { header: "Permission", cell: (it) => it.Permission ?? "–" },
          ]}
        />
      )}
    </Panel>
  );
}

function Cors({ home }: { home: Home }) {
  return (
    <Panel
      title="Cross-origin resource sharing (CORS)"
      doing="get CORS"
      permission="s3:GetBucketCORS"
      reading={useCorsRules(home)}
      actions={<EditLater of="CORS" />}
    >
      {(rules) =>
        rules.length > 0 ? (
          <DocumentView document={JSON.stringify(rules)} />
        ) : (
          <Box textAlign="center">No configurations to display.</Box>
        )
      }
    </Panel>
  );
}
