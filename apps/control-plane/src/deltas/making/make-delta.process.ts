import { DeltaError, makeDelta } from '@flotilla/image-delta'
import { MakingOrderSchema, type MakingResult } from './make-delta.messages.js'

/*
 * The process that makes one delta: apart from its worker, so that its memory is bounded and given back, and so that it
 * can be killed in the middle of a long computation. It gets an order, answers once and ends; without its worker it
 * ends too.
 */
process.once('disconnect', () => process.exit(1))
process.once('message', (order) => {
  void make(order).then((result) => process.send?.(result, () => process.disconnect()))
})

async function make(order: unknown): Promise<MakingResult> {
  try {
    const { sizeBytes, digest } = await makeDelta(MakingOrderSchema.parse(order))
    return { kind: 'made', sizeBytes, digest }
  } catch (error) {
    return { kind: 'failed', message: (error as Error).message, final: error instanceof DeltaError }
  }
}
