import { z } from 'zod'

const TimeOfDaySchema = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'not a time of day: HH:MM')

/** A stretch of each of some days, in the device's local time. */
export const UpdateWindowSchema = z.object({
  // On which the stretch begins. Absent: every day.
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .optional(),
  // 1: the first such day of its month; 5: the fifth, where there is one; 'last': the last. Absent: every week.
  weeksOfMonth: z
    .array(z.union([z.int().min(1).max(5), z.literal('last')]))
    .min(1)
    .optional(),
  from: TimeOfDaySchema,
  // Not after `from`: on the next day. The same time: a whole day.
  to: TimeOfDaySchema,
})
export type UpdateWindow = z.infer<typeof UpdateWindowSchema>

/**
 * What images may cost on the device's links. Small talk (polls, reports, logs) is not counted. The hours of downloads
 * are the policy's download windows.
 */
export const TransferPolicySchema = z.object({
  // Most bytes per second that downloads may use together. Absent: as the link allows.
  bytesPerSecond: z.int().positive().optional(),
  // Most bytes of downloads in a day, and in a month, of the device's local time. Absent: any number.
  bytesPerDay: z.int().nonnegative().optional(),
  bytesPerMonth: z.int().nonnegative().optional(),
  // metered: the caps hold on metered links alone, and others are free. all: they hold on every link.
  appliesTo: z.enum(['all', 'metered']).default('all'),
  // Network interfaces whose traffic is paid for by the byte; * stands for any characters.
  meteredInterfaces: z.array(z.string().min(1).max(64)).max(32).default(['wwan*', 'ppp*', 'rmnet*', 'wwp*']),
  // Fetch from and serve to devices of the fleet on the same local network, which counts as free.
  neighbours: z.boolean().default(true),
  // For so long a download waits for a delta that is being made, where that may save most of it. 0: it never waits.
  waitForDeltaSeconds: z.int().min(0).max(86_400).default(900),
})
export type TransferPolicy = z.infer<typeof TransferPolicySchema>
export type TransferPolicyInput = z.input<typeof TransferPolicySchema>

/** When and how a device moves to another release. */
export const UpdatePolicySchema = z.object({
  // For so long after the switch all must be well before the release is confirmed. 0: confirmed as soon as it runs.
  confirmSeconds: z.int().min(0).max(86_400).default(60),
  // IANA name, for the windows. Absent: the board's own.
  timeZone: z.string().max(64).optional(),
  // Any open one suffices. Empty: always.
  downloadWindows: z.array(UpdateWindowSchema).max(32).default([]),
  switchWindows: z.array(UpdateWindowSchema).max(32).default([]),
  // Free space that no download may touch.
  reserveBytes: z.int().nonnegative().default(200_000_000),
  // Largest volume that is copied for a snapshot where the disk cannot share blocks.
  snapshotMaxBytes: z.int().nonnegative().default(2_000_000_000),
  // Also upload the last snapshot of each marked volume this often. Absent: on demand only.
  snapshotUploadHours: z.int().positive().max(8760).optional(),
  // Most bytes per second that a snapshot's upload may use. Absent: as the link allows.
  snapshotUploadBytesPerSecond: z.int().positive().optional(),
  // What apps that no longer belong on the device left behind. A volume that a release merely dropped is always kept.
  removeVolumesOfFormerApps: z.boolean().default(false),
  transfers: TransferPolicySchema.prefault({}),
  // An operator wants this release now, whatever windows and locks say.
  forcedReleaseId: z.uuid().optional(),
})
export type UpdatePolicy = z.infer<typeof UpdatePolicySchema>
