import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** One line of the engine's answer to a build, pull or push. */
export interface EngineMessage {
  id?: string
  stream?: string
  status?: string
  aux?: unknown
  error?: string
}

/** A failure that the engine reported inside of an answer that began well. */
export class EngineError extends Error {}

/** The engine went away in the middle of an answer. */
export class EngineLost extends Error {}

/**
 * Reads an answer to its end. The engine answers 200 first and tells failures in the stream, so each message is looked
 * at; an answer that breaks off is an error too.
 */
export async function readMessages(
  answer: NodeJS.ReadableStream,
  onMessage: (message: EngineMessage) => void,
): Promise<void> {
  const stream = answer as Readable
  const lines = createInterface({ input: stream, crlfDelay: Infinity })
  // A connection may still break after the last message was read; unheard, that would end the process.
  lines.on('error', () => undefined)
  const broken = new Promise<never>((_, reject) => {
    stream.on('error', reject)
    stream.on('aborted', () => reject(new EngineLost('The engine broke off its answer')))
  })
  const reading = (async () => {
    for await (const line of lines) {
      if (line.trim() === '') continue
      const message = JSON.parse(line) as EngineMessage
      if (message.error !== undefined) throw new EngineError(message.error)
      onMessage(message)
    }
  })()
  await Promise.race([reading, broken])
}
