import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { makeAccessKey, makeRegistryKey, makeTargetKey } from './key-material.js'
import { makeRegistryCertificate } from './registry-certificate.js'
import type { SigningKey } from './signing-key.entity.js'
import { SigningKeysRepository } from './signing-keys.repository.js'

export interface KeyPair {
  id: string
  privateKey: KeyObject
  publicKey: KeyObject
}

/** The keys that all processes of one control plane share. Made at the first need; the newest signs, all are known. */
@Injectable()
export class SigningKeys {
  private readonly loaded = new Map<SigningKey['purpose'], Promise<SigningKey[]>>()

  constructor(private readonly repository: SigningKeysRepository) {}

  /** Ed25519: signs targets. */
  async target(): Promise<KeyPair> {
    return keyPair(newest(await this.keys('target')))
  }

  /** Raw 32-byte public keys in base64url, for boards to pin at registration. */
  async targetPublicKeys(): Promise<{ id: string; publicKey: string }[]> {
    const keys = await this.keys('target')
    return keys.map((key) => ({ id: key.id, publicKey: rawPublicKey(keyPair(key).publicKey) }))
  }

  /** ES256: signs tokens for the OCI registry; the id is the `kid` that it expects. */
  async registry(): Promise<KeyPair> {
    return keyPair(newest(await this.keys('registry')))
  }

  /** PEM of every registry certificate, for `rootcertbundle`. */
  async registryCertificates(): Promise<string> {
    const keys = await this.keys('registry')
    return keys.map((key) => key.certificate ?? '').join('')
  }

  /** 32 bytes for HMACs over short-lived tokens of devices and builds. */
  async access(): Promise<Buffer> {
    return Buffer.from(newest(await this.keys('access')).privateKey, 'base64url')
  }

  private keys(purpose: SigningKey['purpose']): Promise<SigningKey[]> {
    const known = this.loaded.get(purpose)
    if (known) return known
    const loading = this.load(purpose)
    this.loaded.set(purpose, loading)
    loading.catch(() => this.loaded.delete(purpose))
    return loading
  }

  private async load(purpose: SigningKey['purpose']): Promise<SigningKey[]> {
    const keys = await this.repository.list(purpose)
    if (keys.length > 0) return keys
    await this.repository.insertFirst(purpose, () => makeKey(purpose))
    return this.repository.list(purpose)
  }
}

async function makeKey(purpose: SigningKey['purpose']): Promise<Omit<SigningKey, 'createdAt' | 'purpose'>> {
  switch (purpose) {
    case 'target':
      return { ...makeTargetKey(), certificate: null }
    case 'access':
      return { ...makeAccessKey(), certificate: null }
    case 'registry': {
      const key = makeRegistryKey()
      return { ...key, certificate: await makeRegistryCertificate(key.privateKey, new Date()) }
    }
  }
}

function newest(keys: SigningKey[]): SigningKey {
  const key = keys.at(-1)
  if (!key) throw new Error('There is no signing key, though one was just made')
  return key
}

function keyPair(key: SigningKey): KeyPair {
  const privateKey = createPrivateKey(key.privateKey)
  return { id: key.id, privateKey, publicKey: createPublicKey(privateKey) }
}

function rawPublicKey(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' })
  if (x === undefined) throw new Error('Not an Ed25519 key')
  return x
}
