import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { X509Certificate } from 'node:crypto'
import { DataSource } from 'typeorm'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { libtrustKeyId, SigningKeys } from './index.js'
import { SigningKeysRepository } from './signing-keys.repository.js'

describe('signing keys', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi()
  })
  afterAll(() => api.close())

  it('gives every process the same keys, also when all of them ask first', async () => {
    const processes = Array.from(
      { length: 5 },
      () => new SigningKeys(new SigningKeysRepository(api.app.get(DataSource))),
    )
    const keys = await Promise.all(processes.map((each) => each.target()))
    expect(new Set(keys.map((key) => key.id)).size).toBe(1)
    const secrets = await Promise.all(processes.map((each) => each.access()))
    expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1)
    expect(secrets[0]).toHaveLength(32)
  })

  it('wraps the registry key in a certificate that a registry can trust', async () => {
    const keys = api.app.get(SigningKeys)
    const key = await keys.registry()
    const certificate = new X509Certificate(await keys.registryCertificates())
    expect(certificate.publicKey.equals(key.publicKey)).toBe(true)
    expect(certificate.verify(key.publicKey)).toBe(true)
    expect(key.id).toBe(libtrustKeyId(certificate.publicKey))
    expect(key.id).toMatch(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/)
  })

  it('gives boards raw Ed25519 keys to pin', async () => {
    const [key] = await api.app.get(SigningKeys).targetPublicKeys()
    expect(Buffer.from(key?.publicKey ?? '', 'base64url')).toHaveLength(32)
  })
})
