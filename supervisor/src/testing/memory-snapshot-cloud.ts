/*
 * The control plane's end of uploads, by the rules of the contract, in memory. A test counts the bytes that come, and
 * breaks the link in the middle of any.
 */
import type { SnapshotUpload, SnapshotUploadResponse, StoredUpload } from '@flotilla/contracts'
import { createHash, randomBytes } from 'node:crypto'
import { CloudError } from '../errors.js'
import type { SnapshotCloud } from '../snapshots/snapshot-cloud.js'

interface Upload {
  description: SnapshotUpload
  key: string
  bytes: Buffer
  digest?: string
}

export class MemorySnapshotCloud implements SnapshotCloud {
  readonly uploads = new Map<string, Upload>()
  /** All that came over the link, in both directions. */
  transferred = 0
  /** How many of these bytes of a piece arrive before the link breaks; undefined: all, and it holds. */
  cut: (bytes: number) => number | undefined = () => undefined

  begin(id: string, description: SnapshotUpload): Promise<SnapshotUploadResponse> {
    const key = randomBytes(32).toString('base64url')
    const upload = this.uploads.get(id) ?? { description, key, bytes: Buffer.alloc(0) }
    this.uploads.set(id, upload)
    return Promise.resolve({
      key: upload.key,
      received: upload.bytes.length,
      complete: upload.digest !== undefined,
    })
  }

  async append(id: string, bytes: Buffer, at: number, whole?: { bytes: number; digest: string }): Promise<void> {
    await Promise.resolve()
    const upload = this.find(id)
    if (at > upload.bytes.length) throw new CloudError('gap', { status: 409, code: 'snapshot-gap' })
    const arrived = bytes.subarray(0, this.cut(bytes.length))
    this.transferred += arrived.length
    upload.bytes = Buffer.concat([upload.bytes.subarray(0, at), arrived])
    if (arrived.length < bytes.length) throw new CloudError('The link broke', {})
    if (!whole) return
    if (createHash('sha256').update(upload.bytes).digest('hex') !== whole.digest) {
      this.uploads.delete(id)
      throw new CloudError('digest', { status: 422, code: 'snapshot-digest-mismatch' })
    }
    upload.digest = whole.digest
  }

  async describe(id: string): Promise<StoredUpload> {
    await Promise.resolve()
    const { description, key, bytes, digest } = this.find(id)
    return { ...description, key, bytes: bytes.length, digest: digest ?? '' }
  }

  async read(id: string, offset: number, length: number): Promise<Buffer> {
    await Promise.resolve()
    const bytes = this.find(id).bytes.subarray(offset, offset + length)
    if (this.cut(bytes.length) !== undefined) throw new CloudError('The link broke', {})
    this.transferred += bytes.length
    return bytes
  }

  private find(id: string): Upload {
    const upload = this.uploads.get(id)
    if (!upload) throw new CloudError('unknown', { status: 404, code: 'snapshot-not-found' })
    return upload
  }
}
