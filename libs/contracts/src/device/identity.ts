import { z } from 'zod'
import { PlatformSchema } from '../names.js'

/** The board's own id: 32 lower-case hex digits, made once on the board. */
export const HardwareUuidSchema = z.string().regex(/^[0-9a-f]{32}$/, 'not a hardware uuid: 32 hex digits')

/** A raw Ed25519 public key (32 bytes) in base64url without padding. */
export const PublicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'not an Ed25519 public key')

/** A raw Ed25519 signature (64 bytes) in base64url without padding. */
export const SignatureSchema = z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'not an Ed25519 signature')

export const HardwareDescriptionSchema = z.object({
  uuid: HardwareUuidSchema,
  publicKey: PublicKeySchema,
  platform: PlatformSchema,
  serialNumber: z.string().max(128).optional(),
  // As balena names them: raspberrypi4-64, generic-amd64, …
  deviceType: z.string().max(128).optional(),
  memoryBytes: z.int().positive().optional(),
})
export type HardwareDescription = z.infer<typeof HardwareDescriptionSchema>

export const RegisterRequestSchema = z.object({
  protocol: z.int().positive(),
  // Absent: the board waits in the accept queue of the server.
  provisioningKey: z.string().min(1).max(256).optional(),
  name: z.string().min(1).max(128).optional(),
  hardware: HardwareDescriptionSchema,
  // Over registerStatement(); proves that the board holds the private key.
  signature: SignatureSchema,
})
export type RegisterRequest = z.infer<typeof RegisterRequestSchema>

/** The text that a board signs to register. */
export function registerStatement(request: { hardware: HardwareDescription; provisioningKey?: string }): string {
  const { uuid, publicKey } = request.hardware
  return ['flotilla-register-v1', uuid, publicKey, request.provisioningKey ?? ''].join('\n')
}

export const RegisterResponseSchema = z.object({
  deviceId: z.uuid(),
  deviceName: z.string(),
  fleetId: z.uuid(),
  // Pinned on the board from now on: targets must carry a signature by one of them.
  targetKeys: z.array(z.object({ id: z.string(), publicKey: PublicKeySchema })).min(1),
})
export type RegisterResponse = z.infer<typeof RegisterResponseSchema>

export const ChallengeRequestSchema = z.object({ uuid: HardwareUuidSchema })
export const ChallengeResponseSchema = z.object({
  challenge: z.string().min(16).max(1024),
  expiresInSeconds: z.int().positive(),
})
export type ChallengeResponse = z.infer<typeof ChallengeResponseSchema>

export const TokenRequestSchema = z.object({
  uuid: HardwareUuidSchema,
  challenge: z.string().min(16).max(1024),
  // Over tokenStatement().
  signature: SignatureSchema,
})
export type TokenRequest = z.infer<typeof TokenRequestSchema>

/** The text that a board signs to trade a challenge for an access token. */
export function tokenStatement(request: { uuid: string; challenge: string }): string {
  return ['flotilla-token-v1', request.uuid, request.challenge].join('\n')
}

export const TokenResponseSchema = z.object({
  accessToken: z.string(),
  // A duration, because a board without a clock cannot read a date.
  expiresInSeconds: z.int().positive(),
})
export type TokenResponse = z.infer<typeof TokenResponseSchema>

/** A bearer token for the OCI registry that allows to pull what the present target names. */
export const RegistryTokenResponseSchema = z.object({ token: z.string(), expiresInSeconds: z.int().positive() })
export type RegistryTokenResponse = z.infer<typeof RegistryTokenResponseSchema>
