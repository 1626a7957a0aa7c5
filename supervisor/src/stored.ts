import { RegisterResponseSchema, SignedTargetSchema, type DeviceReportEvent, type LogLine } from '@flotilla/contracts'
import type { DeviceMemory, Requests, TransferUse } from '@flotilla/reconcile'
import { z } from 'zod'
import type { StoredLed } from './host/stored-led.js'
import type { StoredReboots } from './host/stored-reboots.js'
import type { SettingsAtBoot } from './host/host-settings.js'
import type { StoredBundles } from './bundles/stored-bundles.js'
import type { StoredCommands } from './commands/stored-commands.js'
import type { StoredImages } from './images/stored-images.js'
import type { StoredDeltas } from './images/deltas/stored-deltas.js'
import type { StoredUpload } from './bundles/stored-uploads.js'
import type { StoredLocks } from './locks/stored-locks.js'
import { isPrivateKey } from './private-key.js'
import type { Document, Stamp } from './ports.js'

/*
 * All that the supervisor remembers over a restart. Files written by older supervisors are read for ever: a new member
 * is optional, and says what its absence means.
 */

export const StoredIdentitySchema = z.object({
  uuid: z.string().regex(/^[0-9a-f]{32}$/),
  // Ed25519, PKCS #8 DER in base64.
  privateKey: z.string().min(1).refine(isPrivateKey, 'not an Ed25519 key'),
})
export type StoredIdentity = z.infer<typeof StoredIdentitySchema>

export const RegistrationSchema = RegisterResponseSchema.extend({
  // The identity that was registered. Absent: the one on this disk.
  hardwareUuid: z.string().optional(),
})
export type Registration = z.infer<typeof RegistrationSchema>

/** The last accepted target, exactly as it was signed, so that it is verified again before it is used. */
export const StoredTargetSchema = z.object({ signed: SignedTargetSchema, etag: z.string().optional() })
export type StoredTarget = z.infer<typeof StoredTargetSchema>

export const StoredAttemptsSchema = z.object({
  // The target that they belong to; another one starts with none.
  generation: z.int().nonnegative(),
  attempts: z.record(
    z.string(),
    z.object({
      count: z.int().positive(),
      nextAt: z.number().nonnegative(),
      error: z.string(),
      // Not tried again until the target changes. Absent: it is.
      isFinal: z.boolean().optional(),
      // Absent: the engine was not to blame.
      engineFaults: z.int().positive().optional(),
    }),
  ),
})
export type StoredAttempts = z.infer<typeof StoredAttemptsSchema>

/**
 * By app: the last release that ran whole. Written by supervisors before 0.2 only; read for ever, to know what those
 * had told of.
 */
export const LastGoodSchema = z.record(z.string(), z.object({ releaseId: z.uuid() }))
export type LastGood = z.infer<typeof LastGoodSchema>

/** By image (repository@digest): how often it, or a container of it, was repaired, and when the last time. */
export const RepairsSchema = z.record(z.string(), z.object({ count: z.int().positive(), at: z.number() }))
export type RepairCounts = z.infer<typeof RepairsSchema>

/** How often the engine was restarted in the boot that went on then. */
export const EngineRestartsSchema = z.object({ bootId: z.string(), count: z.int().nonnegative() })
export type EngineRestarts = z.infer<typeof EngineRestartsSchema>

/** By app: the release of which it was last told that it runs. */
export const RunningReleaseIdsSchema = z.record(z.string(), z.string())
export type RunningReleaseIds = z.infer<typeof RunningReleaseIdsSchema>

export const ReportBaselineSchema = z.object({
  // The state that the server acknowledged, and its number; 0 and {}: none yet.
  acknowledged: z.int().nonnegative(),
  state: z.record(z.string(), z.json()),
  // No report ever used a number above this one.
  reservedNumber: z.int().nonnegative(),
})
export type ReportBaseline = z.infer<typeof ReportBaselineSchema>

/** Repositories that targets of this device ever named: only their images are ours to remove. */
export const RepositoriesSchema = z.array(z.string())

export const TransferUseSchema = z.object({
  day: z.string(),
  month: z.string(),
  usedToday: z.number().nonnegative(),
  usedThisMonth: z.number().nonnegative(),
})

/** By boot id: what added to the monotonic time of that boot gives the true time, in milliseconds. */
export const BootTimesSchema = z.record(z.string(), z.number())
export type BootTimes = z.infer<typeof BootTimesSchema>

export const StampSchema = z.object({ boot: z.string(), monotonicMs: z.number() })

/** `at` is the true time, or with a stamp what the board said, which did not know the time. */
export type SpooledEvent = DeviceReportEvent & { stamp?: Stamp }

/** Events wait here, numbered and durable, until the server has them. */
export interface EventSpool {
  append(event: Omit<SpooledEvent, 'number'>): Promise<void>
  /** The oldest that the server does not have. */
  pending(limit: number): SpooledEvent[]
  /** The server has every event up to and including this number. */
  acknowledge(stored: number): Promise<void>
}

/** As SpooledEvent. */
export type SpooledLine = LogLine & { stamp?: Stamp }

/** How far a container's log was read: the time of the last line, and how many lines carried exactly that time. */
export interface LogCursor {
  at: string
  lines: number
  // When the container had been started (CurrentContainer.startedAt). Absent: unknown.
  run?: number
}

export interface LogBatchContent {
  lines: SpooledLine[]
  dropped: number
}

/** Log lines wait here, numbered, in bounded space, until the server has them. */
export interface LogSpool {
  cursor(containerId: string): LogCursor | undefined
  /** Takes a line and moves the cursor of its container; both become durable together. */
  append(containerId: string, line: Omit<SpooledLine, 'number'>, cursor: LogCursor): Promise<void>
  /** Makes durable what was appended. Only then does nextBatch() offer it. */
  flush(): Promise<void>
  /** Undefined: nothing to send. */
  nextBatch(limit: { lines: number; bytes: number }): LogBatchContent | undefined
  /** The server has (or will never want) everything up to `stored`, and knows of `dropped` more dropped lines. */
  acknowledge(stored: number, dropped: number): Promise<void>
  /** Gives up the lines up to this number: the server does not take them. */
  discard(upTo: number): Promise<void>
  /** Forgets the cursors of all other containers. */
  keepCursors(containerIds: readonly string[]): void
}

export interface Store {
  identity: Document<StoredIdentity>
  registration: Document<Registration>
  target: Document<StoredTarget>
  attempts: Document<StoredAttempts>
  lastGood: Pick<Document<LastGood>, 'read'>
  runningReleases: Document<RunningReleaseIds>
  repairs: Document<RepairCounts>
  engineRestarts: Document<EngineRestarts>
  memory: Document<DeviceMemory>
  bootTimes: Document<BootTimes>
  requests: Document<Requests>
  settingsAtBoot: Document<SettingsAtBoot>
  led: Document<StoredLed>
  reboots: Document<StoredReboots>
  locks: Document<StoredLocks>
  commands: Document<StoredCommands>
  // Tags that apps gave the device over the local API.
  tags: Document<Record<string, string>>
  transfers: Document<TransferUse>
  // Ids of containers that said over the local API that their predecessors may go.
  takeOvers: Document<string[]>
  reportBaseline: Document<ReportBaseline>
  repositories: Document<string[]>
  images: Document<StoredImages>
  deltas: Document<StoredDeltas>
  bundles: Document<StoredBundles>
  // Bundles that somebody beside the board sent.
  bundleUploads: Document<StoredUpload[]>
  events: EventSpool
  logs: LogSpool
  /** Resolves when nothing is on its way to the disk any more, also of what nobody waits for. Absent: nothing ever is. */
  atRest?: () => Promise<void>
}
