import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FileDropzone from "@cloudscape-design/components/file-dropzone";
import FileInput from "@cloudscape-design/components/file-input";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go } from "../frame/route";
import { bytesText } from "../resources/bytes";
import { counted } from "../resources/names";
import { NOT_THERE_YET } from "../resources/noun";
import { SmallTable } from "../table/SmallTable";
import { uriOf } from "./addresses";
import { FileStatus } from "./FileStatus";
import { folderHref } from "./FolderCrumbs";
import { crumbsOf, inBucket } from "./inBucket";
import type { Home } from "./read";
import { isDone, type Sending, useUploads } from "./uploads";

/** Upload: files are chosen or dropped, then sent one after the other; what has become of each is told. */
function UploadPage({ home }: { home: Home }) {
  const { route } = usePlace();
  const folder = route.query.get("prefix") ?? "";
  const back = folderHref(route.region, home.name, folder);
  const uploads = useUploads(home, folder);
  const { files, hasBegun } = uploads;
  const [chosen, choose] = useState<string[]>([]);
  const isRunning = hasBegun && !files.every(isDone);
  const remove = () => {
    uploads.remove(chosen);
    choose([]);
  };
  return (
    <Page title="Upload" above={crumbsOf(home.name)} contentType="form">
      <ContentLayout
        header={
          <Header
            variant="h1"
            actions={
              hasBegun && (
                <Button variant="primary" disabled={isRunning} onClick={() => go(back)}>
                  Close
                </Button>
              )
            }
          >
            {hasBegun ? "Upload: status" : "Upload"}
          </Header>
        }
      >
        <SpaceBetween size="l">
          {hasBegun && <Outcome files={files} isRunning={isRunning} />}
          {hasBegun && <Summary home={home} folder={folder} files={files} />}
          {!hasBegun && (
            <Container>
              <FileDropzone onChange={({ detail }) => uploads.add(detail.value)}>
                <Box padding="l" textAlign="center">
                  Drag and drop files you want to upload here, or choose Add files.
                </Box>
              </FileDropzone>
            </Container>
          )}
          <SmallTable
            title="Files and folders"
            description={
              !hasBegun && "All files in this table will be uploaded. A file replaces the object of its name."
            }
            variant="container"
            wrapLines
            items={files}
            empty="No files or folders: you have not chosen any files to upload."
            {...(!hasBegun && {
              selection: {
                things: "files",
                id: ({ key }: Sending) => key,
                name: ({ file }: Sending) => file.name,
                chosen,
                choose,
              },
              actions: (
                <SpaceBetween direction="horizontal" size="xs">
                  <Button disabled={chosen.length === 0} onClick={remove}>
                    Remove
                  </Button>
                  <FileInput
                    multiple
                    value={[]}
                    onChange={({ detail }) => uploads.add(detail.value)}
                    ariaLabel="Add files"
                  >
                    Add files
                  </FileInput>
                  <Button disabled disabledReason={NOT_THERE_YET}>
                    Add folder
                  </Button>
                </SpaceBetween>
              ),
            })}
            columns={[
              { header: "Name", cell: ({ file }) => file.name },
              { header: "Folder", cell: () => folder || "–" },
              { header: "Type", cell: ({ file }) => file.type || "–" },
              { header: "Size", cell: ({ file }) => bytesText(file.size) },
              { header: "Status", cell: (it) => <FileStatus sending={it} /> },
            ]}
          />
          {!hasBegun && (
            <SpaceBetween size="l">
              <Container header={<Header variant="h2">Destination</Header>}>
                <Box variant="code">{uriOf(home, folder)}</Box>
              </Container>
              <Box float="right">
                <SpaceBetween direction="horizontal" size="xs">
                  <Button variant="link" onClick={() => go(back)}>
                    Cancel
                  </Button>
                  <Button
                    variant="primary"
                    disabled={files.length === 0}
                    disabledReason="Add files first."
                    onClick={() => void uploads.begin()}
                  >
                    Upload
                  </Button>
                </SpaceBetween>
              </Box>
            </SpaceBetween>
          )}
        </SpaceBetween>
      </ContentLayout>
    </Page>
  );
}

function Outcome({ files, isRunning }: { files: Sending[]; isRunning: boolean }) {
  const failed = files.filter((it) => it.failure);
  if (isRunning) return <Alert type="info">Uploading. Closing this tab of the browser stops it.</Alert>;
  return failed.length > 0 ? (
    <Alert type="error" header="Upload failed">
      {counted(failed.length, "file")} could not be uploaded. The table below says why.
    </Alert>
  ) : (
    <Alert type="success" header="Upload succeeded">
      {counted(files.length, "file")} uploaded.
    </Alert>
  );
}

function Summary({ home, folder, files }: { home: Home; folder: string; files: Sending[] }) {
  const told = (some: Sending[]) => {
    const bytes = some.reduce((sum, { file }) => sum + file.size, 0);
    return `${counted(some.length, "file")}, ${bytesText(bytes)}`;
  };
  return (
    <Container header={<Header variant="h2">Summary</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "Destination", value: uriOf(home, folder) },
          { label: "Succeeded", value: told(files.filter((it) => isDone(it) && !it.failure)) },
          { label: "Failed", value: told(files.filter((it) => it.failure)) },
        ]}
      />
    </Container>
  );
}

export default inBucket(UploadPage);
