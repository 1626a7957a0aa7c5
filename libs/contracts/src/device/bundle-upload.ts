import { z } from 'zod'
import { TimestampSchema } from '../names.js'
import { HardwareUuidSchema } from './identity.js'

/*
 * A bundle handed to a board by whoever is beside it: over the board's local API (with a token that reaches the board),
 * or, where that is switched on, over its door to the local network, which asks for nothing but the bundle's signature.
 * Both have one route, BUNDLE_ROUTE:
 *
 *   GET   → BundleBoard: what the board runs, how much it has room for, and how far an upload came.
 *   POST  → BundleUploadAnswer. A piece of the file, or all of it: application/octet-stream with a Content-Length, and
 *           BUNDLE_UPLOAD_HEADERS. Content-Range says which piece: `bytes 0-1048575/52428800`; absent: all of it.
 *           With the last byte the bundle is checked and put in force.
 *
 * Pieces come in order, each from the byte on that the board does not have: GET says which, and so does the problem
 * `wrong-offset`. What has come outlives a lost connection and a power cut. A board says no as soon as it has seen enough.
 *
 * Problems (RFC 9457, with `upload` as far as there is one): 400 `bad-upload`, 409 `wrong-offset` and `busy` (somebody is
 * sending now), 408 `too-slow`, 411 `length-required`, 415 `not-binary`, 422 with the code of BundleRefusal
 * (`other-fleet`, `bad-signature`, `older-generation`…), 507 `no-room`.
 */
export const BUNDLE_ROUTE = '/flotilla/v1/bundle'

/** Port of the door to the local network where the address of a board has none; boards are set up with any. */
export const BUNDLE_PORT = 48480

/** What to send at once: each piece is put safely on the disk of the board before it is answered. */
export const BUNDLE_PIECE_BYTES = 4 * 1024 * 1024

export const BUNDLE_UPLOAD_HEADERS = {
  // What tells this upload from others, chosen by the sender: the same file gets the same each time. Absent: 'upload'.
  upload: 'flotilla-upload',
  // Name of the file for people, as encodeURIComponent() writes it. Absent: bundle.flotilla.
  file: 'flotilla-bundle-file',
} as const

export const BundleUploadIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'not an id of an upload')

export const BundleUploadSchema = z.object({
  id: BundleUploadIdSchema,
  // As `bundles` of BundleBoard calls it.
  name: z.string(),
  sizeBytes: z.int().positive(),
  // On the board: the next piece begins with this byte.
  receivedBytes: z.int().nonnegative(),
  // A piece is on its way.
  isReceiving: z.boolean(),
})
export type BundleUpload = z.infer<typeof BundleUploadSchema>

/** A bundle that the board knows of, whichever way it came. */
export const BoardBundleSchema = z.object({
  name: z.string(),
  way: z.enum(['usb', 'folder', 'local-api', 'lan']),
  // waiting: it is being checked, or others come first. bringing: its images go into the engine. done: they are there.
  state: z.enum(['waiting', 'bringing', 'done', 'refused']),
  // Of what the board lacked of it.
  doneBytes: z.int().nonnegative(),
  neededBytes: z.int().nonnegative(),
  release: z.object({ id: z.uuid(), version: z.string() }).optional(),
  generation: z.int().optional(),
  createdAt: TimestampSchema.optional(),
  // The board runs what it brought.
  isRunning: z.boolean(),
  // Why the board gave the release up: it runs what ran before.
  givenUp: z.string().optional(),
  // Where it was refused.
  code: z.string().optional(),
  // Why; and of one that is being brought, what it lacks, so that the board needs its link after all.
  reason: z.string().optional(),
})
export type BoardBundle = z.infer<typeof BoardBundleSchema>

export const BundleBoardSchema = z.object({
  device: z.object({ name: z.string(), hardwareUuid: HardwareUuidSchema }),
  // Absent: it has no target yet.
  fleet: z.object({ name: z.string(), organization: z.string() }).optional(),
  // Releases all of whose services run.
  running: z.array(z.object({ app: z.string(), release: z.object({ id: z.uuid(), version: z.string() }) })),
  // One sentence on what the board does now.
  sentence: z.string(),
  // Of the largest file that there is room for; of one that is half there, its size.
  mostBytes: z.int().nonnegative(),
  // The one that is coming, or came last.
  upload: BundleUploadSchema.optional(),
  // The latest first.
  bundles: z.array(BoardBundleSchema),
})
export type BundleBoard = z.infer<typeof BundleBoardSchema>

export const BundleUploadAnswerSchema = z.object({
  upload: BundleUploadSchema,
  // With the last byte. It is in force: what becomes of it, GET tells.
  accepted: z
    .object({
      release: z.object({ id: z.uuid(), version: z.string() }),
      generation: z.int(),
      createdAt: TimestampSchema,
      // It changes what the board is to run.
      isNew: z.boolean(),
    })
    .optional(),
})
export type BundleUploadAnswer = z.infer<typeof BundleUploadAnswerSchema>
