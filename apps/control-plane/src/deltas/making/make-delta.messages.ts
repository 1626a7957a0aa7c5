import { z } from 'zod'

/* What passes between a worker and the process that makes one delta for it. */

const LayerSchema = z.object({ diffId: z.string(), tar: z.string() })
const ContentSchema = z.object({ layers: z.array(LayerSchema) })

export const MakingOrderSchema = z.object({
  from: ContentSchema,
  to: ContentSchema,
  out: z.string(),
  scratch: z.string(),
})
export type MakingOrder = z.infer<typeof MakingOrderSchema>

export const MakingResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('made'), sizeBytes: z.int().positive(), digest: z.string() }),
  // `final`: the images are at fault, and another attempt would end alike.
  z.object({ kind: z.literal('failed'), message: z.string(), final: z.boolean() }),
])
export type MakingResult = z.infer<typeof MakingResultSchema>
