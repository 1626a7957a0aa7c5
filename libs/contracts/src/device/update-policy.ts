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
  // An operator wants this release now, whatever windows and locks say.
  forcedReleaseId: z.uuid().optional(),
})
export type UpdatePolicy = z.infer<typeof UpdatePolicySchema>
