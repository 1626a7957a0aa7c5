import { z } from 'zod'

const LedStateSchema = z.object({
  // The kernel's name of what drives it: `mmc0`; `none`: it shines as it was told to.
  trigger: z.string(),
  brightness: z.string(),
})
export type LedState = z.infer<typeof LedStateSchema>

/** What drove the light before it began to blink, and in which boot that was. Absent: it has been given back. */
export const StoredLedSchema = z.object({ former: LedStateSchema.extend({ bootId: z.string() }).optional() })
export type StoredLed = z.infer<typeof StoredLedSchema>
