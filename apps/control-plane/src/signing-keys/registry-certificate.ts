import 'reflect-metadata'
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const TEN_YEARS_MS = 10 * 365 * 86_400_000

/** A self-signed certificate around the registry key: distribution takes trusted keys only in that shape. PEM. */
export async function makeRegistryCertificate(privateKeyPem: string, now: Date): Promise<string> {
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=flotilla-registry-token',
    // Boards and small servers may be a day off; a certificate from the future would be refused.
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + TEN_YEARS_MS),
    signingAlgorithm: ALGORITHM,
    keys: await importKeys(privateKeyPem),
  })
  return `${certificate.toString('pem')}\n`
}

async function importKeys(privateKeyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(privateKeyPem)
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const [secret, open] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']),
    webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  ])
  return { privateKey: secret, publicKey: open }
}
