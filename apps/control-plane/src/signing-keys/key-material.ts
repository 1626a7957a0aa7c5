import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

/** How distribution names a token key: base32 of the first 30 bytes of sha256 over SPKI DER, in 12 groups of 4. */
export function libtrustKeyId(publicKey: KeyObject): string {
  const digest = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
  return (base32(digest.subarray(0, 30)).match(/.{4}/g) ?? []).join(':')
}

export function makeTargetKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { id: randomBytes(6).toString('hex'), publicKey: spki(publicKey), privateKey: pkcs8(privateKey) }
}

export function makeRegistryKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { id: libtrustKeyId(publicKey), publicKey: spki(publicKey), privateKey: pkcs8(privateKey) }
}

export function makeAccessKey() {
  return { id: randomBytes(6).toString('hex'), publicKey: null, privateKey: randomBytes(32).toString('base64url') }
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** RFC 4648 base32; Node has none. */
function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((group) => alphabet.charAt(Number.parseInt(group, 2))).join('')
}
