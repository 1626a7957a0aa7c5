import { Injectable } from '@nestjs/common'
import { LiveBus } from '../live/live-bus.js'
import { nudges } from '../live/nudges.js'
import type { ReleaseSummary } from '../releases/index.js'
import { DeviceWatchRepository } from './device-watch.repository.js'
import { detail, problem, step } from './push-lines.js'
import type { Push } from './push.js'

// Devices may be off for days; a terminal is not.
const PATIENCE_MS = 15 * 60_000
const NAMED_DEVICES = 5

/** `git push -o follow`: stays with a release until the first devices run it or one refuses it. */
@Injectable()
export class DeviceWatch {
  constructor(
    private readonly devices: DeviceWatchRepository,
    private readonly bus: LiveBus,
  ) {}

  count(fleetId: string): Promise<{ total: number; online: number }> {
    return this.devices.count(fleetId)
  }

  /** Only tells: the release is made, whatever devices do with it. */
  async follow(push: Push, release: ReleaseSummary): Promise<void> {
    push.say(step('Following until the first device runs it (Ctrl-C leaves)'))
    const since = new Date()
    const told = new Set<string>()
    const patience = AbortSignal.any([push.signal, AbortSignal.timeout(PATIENCE_MS)])
    const isOurs = (message: { topic: string; fleetId?: string }) => message.fleetId === push.fleet.id
    for await (const _ of nudges(this.bus, isOurs, patience)) {
      if (await this.tellEnd(push, release, since)) return
      for (const { device, reason } of await this.devices.explanations(push.fleet.id, since, NAMED_DEVICES)) {
        if (!told.has(device)) push.say(detail(`${device}: ${reason.split('\n')[0] ?? ''}`))
        told.add(device)
      }
    }
    if (!push.signal.aborted) push.say(detail('No device runs it yet. It stays their target; look again later.'))
  }

  private async tellEnd(push: Push, release: ReleaseSummary, since: Date): Promise<boolean> {
    const running = await this.devices.running(release.id, NAMED_DEVICES)
    if (running.length > 0) push.say(step(`Release ${release.version} runs on ${running.join(', ')}`))
    const refusals = await this.devices.refusals(push.fleet.id, since, NAMED_DEVICES)
    for (const { device, reason } of refusals) push.say(problem(`${device} refuses it: ${reason}`))
    return running.length + refusals.length > 0
  }
}
