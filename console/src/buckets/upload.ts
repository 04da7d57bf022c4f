import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { refusal } from "../clients/failure";
import { s3 } from "../clients/s3";
import type { Home } from "./read";

const MIB = 1024 * 1024;
/** Larger files go up in parts. */
const WHOLE_MAX = 64 * MIB;
const PART_MIN = 16 * MIB;
/** "Maximum number of parts per upload" (Amazon S3 multipart upload limits). */
const PARTS_MAX = 10_000;
const SECONDS = 3600;

/** Hears how many bytes of a file have gone up. */
export type Progress = (sent: number) => void;

/** Puts a file into a bucket. The browser reads it while it sends: none is ever in memory as a whole. */
export async function upload(home: Home, Key: string, file: File, progress: Progress) {
  if (file.size > WHOLE_MAX) return uploadParts(home, Key, file, progress);
  const command = new PutObjectCommand({ Bucket: home.name, Key });
  const address = await getSignedUrl(s3(home.region), command, { expiresIn: SECONDS });
  await put(address, file, typeOf(file), progress);
}

async function uploadParts(home: Home, Key: string, file: File, progress: Progress) {
  const client = s3(home.region);
  const object = { Bucket: home.name, Key };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...object, ContentType: typeOf(file) }),
  );
  try {
    const Parts: CompletedPart[] = [];
    const size = Math.max(PART_MIN, Math.ceil(file.size / PARTS_MAX));
    for (let from = 0; from < file.size; from += size) {
      const PartNumber = Parts.length + 1;
      const command = new UploadPartCommand({ ...object, UploadId, PartNumber });
      const address = await getSignedUrl(client, command, { expiresIn: SECONDS });
      const part = file.slice(from, from + size);
      const ETag = await put(address, part, undefined, (sent) => progress(from + sent));
      Parts.push({ PartNumber, ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    // What was sent of it would stay, and nobody would see it.
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => undefined);
    throw error;
  }
}

function typeOf(file: File): string {
  return file.type || "application/octet-stream";
}

/** Sends bytes to an address that is signed for them. `fetch` could not say how far it is. */
function put(address: string, body: Blob, type: string | undefined, progress: Progress): Promise<string> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    if (type) request.setRequestHeader("content-type", type);
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () =>
      request.status === 200
        ? done(request.getResponseHeader("etag") ?? "")
        : failed(answered(request.responseText, request.status));
    // As `fetch` has it: nobody answers.
    request.onerror = () => failed(new TypeError("The connection has ended."));
    request.send(body);
  });
}

/** What S3 has answered, as its client would tell it. */
function answered(text: string, status: number): Error {
  const answer = new DOMParser().parseFromString(text, "application/xml");
  const of = (name: string) => answer.querySelector(`Error > ${name}`)?.textContent ?? undefined;
  return refusal(of("Code") ?? String(status), of("Message") ?? "The file was not taken.");
}
