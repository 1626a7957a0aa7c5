import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { canonicalJson } from '@flotilla/contracts'

/** What tells one request with an Idempotency-Key from another. */
export interface RequestIdentity {
  // Whose key it is: derived from the credential, of which nothing is kept.
  owner: string
  key: string
  // The same key with another hash is another request.
  requestHash: Buffer
  // Answers may hold secrets that are shown once; only the credential that got one can open it again.
  sealingKey: Buffer
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

export function requestIdentity(request: {
  credential: string
  key: string
  url: string
  body: unknown
}): RequestIdentity {
  const { credential, key, url, body } = request
  return {
    owner: derive(credential, 'owner').toString('base64url'),
    key,
    requestHash: createHash('sha256')
      .update(canonicalJson([url, body ?? null]))
      .digest(),
    sealingKey: derive(credential, 'answer'),
  }
}

/** The answer's JSON, encrypted. */
export function sealAnswer({ sealingKey }: RequestIdentity, answer: unknown): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, sealingKey, iv)
  const text = Buffer.concat([cipher.update(JSON.stringify(answer ?? null), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64')
}

/** The answer as it was first given; undefined where that had no body. */
export function openAnswer({ sealingKey }: RequestIdentity, sealed: string): unknown {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(CIPHER, sealingKey, bytes.subarray(0, IV_BYTES))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  return (JSON.parse(text.toString('utf8')) as unknown) ?? undefined
}

function derive(credential: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', credential, '', `flotilla idempotency ${purpose}`, 32))
}
