import {
  DeletePolicyVersionCommand,
  type PolicyVersion,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../clients/iam";
import { readVersion, readVersions } from "../clients/identities";
import { useReading } from "../clients/reading";
import { ConfirmDialog } from "../dialogs/ConfirmDialog";
import { succeed } from "../frame/flash";
import { DocumentView } from "../resources/DocumentView";
import { Loaded } from "../resources/Loaded";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";

interface Props {
  region: string;
  arn: string;
  isFixed: boolean;
}

/** The tab Policy versions: what it said before, and which one counts. */
export function VersionsTab({ region, arn, isFixed }: Props) {
  const versions = useReading(`policy_versions/${arn}`, () => readVersions(region, arn));
  const [asked, setAsked] = useState<{ version: PolicyVersion; what: "default" | "delete" }>();
  const [shown, setShown] = useState<string>();
  const canChange = (version: PolicyVersion) => !version.IsDefaultVersion && !isFixed;
  const changes = ({ version, what }: NonNullable<typeof asked>) => {
    const of = { PolicyArn: arn, VersionId: version.VersionId };
    return what === "default"
      ? iam(region).send(new SetDefaultPolicyVersionCommand(of))
      : iam(region).send(new DeletePolicyVersionCommand(of));
  };
  return (
    <Loaded things="Versions" reading={versions}>
      {(items) => (
        <SpaceBetween size="m">
          <SmallTable
            title="Policy versions"
            description="A policy has up to five versions. What its default version says counts."
            items={items}
            empty="No versions"
            columns={[
              {
                header: "Version",
                cell: (it) => (
                  <SpaceBetween direction="horizontal" size="xs">
                    {it.VersionId}
                    {it.IsDefaultVersion && <Badge color="blue">Default</Badge>}
                  </SpaceBetween>
                ),
              },
              { header: "Creation time", cell: (it) => timeOf(it.CreateDate) },
              {
                header: "Actions",
                cell: (it) => (
                  <SpaceBetween direction="horizontal" size="m">
                    <Button
                      variant="inline-link"
                      ariaLabel={`View ${it.VersionId}`}
                      onClick={() => setShown(it.VersionId)}
                    >
                      View
                    </Button>
                    {canChange(it) && (
                      <Button
                        variant="inline-link"
                        ariaLabel={`Set ${it.VersionId} as default`}
                        onClick={() => setAsked({ version: it, what: "default" })}
                      >
                        Set as default
                      </Button>
                    )}
                    {canChange(it) && (
                      <Button
                        variant="inline-link"
                        ariaLabel={`Delete ${it.VersionId}`}
                        onClick={() => setAsked({ version: it, what: "delete" })}
                      >
                        Delete
                      </Button>
                    )}
                  </SpaceBetween>
                ),
              },
            ]}
          />
          {shown && <Version region={region} arn={arn} version={shown} />}
          {asked && (
            <ConfirmDialog
              title={
                asked.what === "default"
                  ? `Set ${asked.version.VersionId} as default?`
                  : `Delete ${asked.version.VersionId}?`
              }
              button={asked.what === "default" ? "Set as default" : "Delete"}
              close={() => setAsked(undefined)}
              run={async () => {
                await changes(asked);
                succeed(
                  asked.what === "default"
                    ? `Version ${asked.version.VersionId} is the default.`
                    : `Version ${asked.version.VersionId} deleted.`,
                );
              }}
            >
              {asked.what === "default"
                ? "Whoever has this policy may do what that version says, from now on."
                : "What it says is lost."}
            </ConfirmDialog>
          )}
        </SpaceBetween>
      )}
    </Loaded>
  );
}

/** What a version says. */
export function Version({ region, arn, version }: { region: string; arn: string; version: string }) {
  const document = useReading(`policy_version/${arn}/${version}`, () => readVersion(region, arn, version));
  return (
    <Loaded things="The document" reading={document}>
      {(text) => (
        <div>
          <Box variant="awsui-key-label">{`Version ${version}`}</Box>
          <DocumentView document={text} />
        </div>
      )}
    </Loaded>
  );
}
