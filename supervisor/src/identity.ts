import { createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto'
import { openPrivateKey } from './private-key.js'
import type { StoredIdentity } from './stored.js'

/** The board's uuid and key pair. The private key is in here and goes nowhere but to disk. */
export interface Identity {
  uuid: string
  // Raw Ed25519 key, base64url.
  publicKey: string
  sign(statement: string): string
}

/** A new board: made once, on its first start. */
export function createIdentity(): StoredIdentity {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    uuid: randomBytes(16).toString('hex'),
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

/** Throws where the stored key is not an Ed25519 key. */
export function openIdentity(stored: StoredIdentity): Identity {
  const key = openPrivateKey(stored.privateKey)
  return {
    uuid: stored.uuid,
    publicKey: rawPublicKey(createPublicKey(key)),
    sign: (statement) => sign(null, Buffer.from(statement), key).toString('base64url'),
  }
}

/** `publicKey` raw in base64url, `signature` in base64url. */
export function isSignedBy(publicKey: string, statement: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'))
}

export function rawPublicKey(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' })
  if (x === undefined) throw new Error('Not an Ed25519 public key')
  return x
}
