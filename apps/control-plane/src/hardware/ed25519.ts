import { createPublicKey, verify } from 'node:crypto'

/** Whether `signature` over `statement` was made with the private half of a raw Ed25519 key; both in base64url. */
export function isSignedBy(publicKey: string, statement: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'))
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false
  }
}
