/*
 * Snapshots in the control plane, over HTTP: small requests, each of which may be lost without harm.
 */
import {
  DEVICE_ROUTES,
  SNAPSHOT_DIGEST_HEADER,
  SnapshotUploadResponseSchema,
  StoredUploadSchema,
  type SnapshotUpload,
  type SnapshotUploadResponse,
  type StoredUpload,
} from '@flotilla/contracts'
import type { SnapshotCloud } from '../../snapshots/snapshot-cloud.js'
import { parseBody, type HttpAnswer, type HttpRequest } from './http.js'

// A piece over a 2G link; and at its end the server reads all that it has once more.
const PIECE_TIMEOUT_MS = 300_000

export class HttpSnapshots implements SnapshotCloud {
  constructor(private readonly send: (request: HttpRequest) => Promise<HttpAnswer>) {}

  async begin(id: string, upload: SnapshotUpload): Promise<SnapshotUploadResponse> {
    const answer = await this.send({ method: 'POST', path: pathOf(id), body: JSON.stringify(upload) })
    return parseBody(answer, SnapshotUploadResponseSchema)
  }

  async append(id: string, bytes: Buffer, offset: number, whole?: { bytes: number; digest: string }): Promise<void> {
    await this.send({
      method: 'PUT',
      path: pathOf(id),
      headers: {
        'content-type': 'application/octet-stream',
        'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${whole?.bytes ?? '*'}`,
        ...(whole && { [SNAPSHOT_DIGEST_HEADER]: whole.digest }),
      },
      body: bytes,
      timeoutMs: PIECE_TIMEOUT_MS,
    })
  }

  async describe(id: string): Promise<StoredUpload> {
    return parseBody(await this.send({ method: 'GET', path: `${pathOf(id)}/description` }), StoredUploadSchema)
  }

  async read(id: string, offset: number, length: number): Promise<Buffer> {
    const headers = { range: `bytes=${offset}-${offset + length - 1}` }
    return (await this.send({ method: 'GET', path: pathOf(id), headers, timeoutMs: PIECE_TIMEOUT_MS })).bytes
  }
}

function pathOf(id: string): string {
  return `${DEVICE_ROUTES.snapshots}/${encodeURIComponent(id)}`
}
