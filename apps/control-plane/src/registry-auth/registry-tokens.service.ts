import { randomUUID } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { SignJWT } from 'jose'
import { SigningKeys } from '../signing-keys/index.js'
import { fleetRepository, type RegistryAccess } from './registry-scope.js'

const ISSUER = 'flotilla'
/** The name of the registry in its own configuration: tokens for another service are refused. */
export const REGISTRY_SERVICE = 'flotilla-registry'
const DEVICE_SECONDS = 900

export interface RegistryToken {
  token: string
  expiresInSeconds: number
}

/** Signs what the OCI registry trusts: short-lived tokens that say which repositories the bearer may pull and push. */
@Injectable()
export class RegistryTokens {
  constructor(private readonly keys: SigningKeys) {}

  /** `subject` is for the registry's log alone. */
  async sign(subject: string, access: readonly RegistryAccess[], expiresInSeconds: number): Promise<RegistryToken> {
    const key = await this.keys.registry()
    const token = await new SignJWT({ access })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(REGISTRY_SERVICE)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt()
      // A registry whose clock is a little behind must not refuse what was just signed.
      .setNotBefore('30 seconds ago')
      .setExpirationTime(`${expiresInSeconds} seconds`)
      .sign(key.privateKey)
    return { token, expiresInSeconds }
  }

  /** For a builder: one fleet's repository, for as long as its build may take. */
  forBuild(build: { id: string; fleetId: string }, expiresInSeconds: number): Promise<RegistryToken> {
    return this.sign(`build ${build.id}`, [fleetAccess(build.fleetId, ['pull', 'push'])], expiresInSeconds)
  }

  /** For a worker, which keeps the deltas of a fleet beside its images. */
  forDeltas(fleetId: string, expiresInSeconds: number): Promise<RegistryToken> {
    return this.sign('deltas', [fleetAccess(fleetId, ['pull', 'push', 'delete'])], expiresInSeconds)
  }

  /** For this program itself, where it reads images on behalf of somebody who may. */
  forReading(fleetId: string, expiresInSeconds: number): Promise<RegistryToken> {
    return this.sign('reading', [fleetAccess(fleetId, ['pull'])], expiresInSeconds)
  }

  /** For a board: the images of its own fleet. */
  forDevice(device: { deviceId: string; fleetId: string }): Promise<RegistryToken> {
    return this.sign(`device ${device.deviceId}`, [fleetAccess(device.fleetId, ['pull'])], DEVICE_SECONDS)
  }
}

function fleetAccess(fleetId: string, actions: string[]): RegistryAccess {
  return { type: 'repository', name: fleetRepository(fleetId), actions }
}
