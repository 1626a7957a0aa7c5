import { createPrivateKey, type KeyObject } from 'node:crypto'

/** `text`: PKCS #8 DER in base64. Throws where it is not an Ed25519 key. */
export function openPrivateKey(text: string): KeyObject {
  const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The stored private key is not an Ed25519 key')
  return key
}

export function isPrivateKey(text: string): boolean {
  try {
    openPrivateKey(text)
    return true
  } catch {
    return false
  }
}
