/*
 * The commands that wait for this device, as the server lists them. One that only newer supervisors understand must not
 * hide the others.
 */
import { DeviceCommandBodySchema, DeviceCommandSchema } from '@flotilla/contracts'
import { z } from 'zod'
import type { WaitingCommand } from '../../ports.js'
import { parseBody, type HttpAnswer } from './http.js'

const AnswerSchema = z.object({ commands: z.array(DeviceCommandSchema.extend({ body: z.unknown() })).max(1000) })

/** `now` is the board's time, for servers whose answer carries none: milliseconds since the epoch. */
export function readCommands(answer: HttpAnswer, now: number): WaitingCommand[] {
  const serverTime = Date.parse(answer.headers.date ?? '') || now
  return parseBody(answer, AnswerSchema).commands.map(({ id, body, expiresAt }) => ({
    id,
    body: DeviceCommandBodySchema.safeParse(body).data,
    expiresInMs: Date.parse(expiresAt) - serverTime,
  }))
}
