import { setTimeout as sleep } from 'node:timers/promises'
import { unwrap } from '@flotilla/api-client'
import type { DeviceCommandInput, DeviceCommandView, DeviceView } from '@flotilla/contracts'
import { CommandError, interrupted } from '../command-error.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { withProgress } from '../output/progress.js'

const LOOK_AGAIN_MS = 500
const OPEN = ['waiting', 'delivered']

/** Asks something of a device, waits until it has done so, and gives what it says came of it. */
export async function giveCommand(
  context: Context,
  device: DeviceView,
  body: DeviceCommandInput,
): Promise<DeviceCommandView> {
  const api = await context.api()
  const params = { path: { id: device.id } }
  const given = await unwrap(api.POST('/api/v1/devices/{id}/commands', { params, body }))
  if (device.connectivity !== 'online') {
    context.output.note(
      `${device.name} is not online: it does so as soon as it is back. Ctrl-C ends the waiting, not the command.`,
    )
  }
  const path = { id: device.id, commandId: given.id }
  const ended = await withProgress(context.io, `${device.name} is at it`, async () => {
    for (
      let seen = given;
      ;
      seen = await unwrap(api.GET('/api/v1/devices/{id}/commands/{commandId}', { params: { path } }))
    ) {
      if (!OPEN.includes(seen.state)) return seen
      await pause(context)
    }
  })
  if (ended.state === 'done') return ended
  throw new CommandError(`command-${ended.state}`, EXIT.failure, ended.detail ?? `The command was ${ended.state}.`)
}

/** A moment, or the end of the run where somebody presses Ctrl-C. */
export async function pause({ io }: Context): Promise<void> {
  await sleep(LOOK_AGAIN_MS, undefined, { signal: io.interruption }).catch(() => {
    throw interrupted()
  })
}
