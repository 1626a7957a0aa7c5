import { setTimeout as sleep } from 'node:timers/promises'
import { unwrap } from '@flotilla/api-client'
import type { DeviceCommandInput, DeviceCommandView, DeviceView } from '@flotilla/contracts'
import { CommandError, interrupted } from '../command-error.js'
import type { Api } from './connect.js'
import { readOr } from './patience.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { formatSeconds } from '../output/age.js'
import { withProgress } from '../output/progress.js'

const LOOK_AGAIN_MS = 500
const OPEN = ['waiting', 'delivered']

/** Asks something of a device, waits until it has done so, and gives what it says came of it. */
export async function giveCommand(
  context: Context,
  device: DeviceView,
  body: DeviceCommandInput,
): Promise<DeviceCommandView> {
  return answerTo(context, device, await sendCommand(await context.api(), device, body))
}

export function sendCommand(api: Api, device: DeviceView, body: DeviceCommandInput): Promise<DeviceCommandView> {
  return unwrap(api.POST('/api/v1/devices/{id}/commands', { params: { path: { id: device.id } }, body }))
}

/** Waits until the device has done what was asked, for `waitSeconds` at most; all else that may come of it is an error. */
export async function answerTo(
  context: Context,
  device: DeviceView,
  given: DeviceCommandView,
  waitSeconds = Number.POSITIVE_INFINITY,
): Promise<DeviceCommandView> {
  if (device.connectivity !== 'online') {
    context.output.note(
      `${device.name} is not online: it does so as soon as it is back. Ctrl-C ends the waiting, not the command.`,
    )
  }
  const last = await withProgress(context.io, `${device.name} is at it`, () =>
    watchCommand(context, given, waitSeconds),
  )
  if (last.state === 'done') return last
  if (OPEN.includes(last.state)) throw notAnswered(device, last, waitSeconds)
  throw new CommandError(`command-${last.state}`, EXIT.failure, last.detail ?? `The command was ${last.state}.`)
}

/** The command as it is when it is over, or when the time is. */
async function watchCommand(
  context: Context,
  given: DeviceCommandView,
  waitSeconds: number,
): Promise<DeviceCommandView> {
  const api = await context.api()
  const path = { id: given.deviceId, commandId: given.id }
  const deadline = performance.now() + waitSeconds * 1000
  let seen = given
  while (OPEN.includes(seen.state) && performance.now() < deadline) {
    await pause(context)
    seen = await readOr(seen, unwrap(api.GET('/api/v1/devices/{id}/commands/{commandId}', { params: { path } })))
  }
  return seen
}

function notAnswered(device: DeviceView, command: DeviceCommandView, waitSeconds: number): CommandError {
  const done = command.state === 'waiting' ? 'has not come for the command' : 'has the command, but has not answered'
  const detail = `${device.name} ${done} within ${formatSeconds(waitSeconds)}. It may still do so later.`
  return new CommandError('command-not-answered', EXIT.failure, detail, {
    hint: `See what it does and what it was asked: flotilla device explain ${device.id}`,
  })
}

/** A moment, or the end of the run where somebody presses Ctrl-C. */
export async function pause({ io }: Context): Promise<void> {
  await sleep(LOOK_AGAIN_MS, undefined, { signal: io.interruption }).catch(() => {
    throw interrupted()
  })
}
