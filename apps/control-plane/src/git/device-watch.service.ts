import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { anySignal } from 'any-signal'
import { isDatabaseAway } from '../database/database-away.js'
import { LiveBus } from '../live/live-bus.js'
import { nudges } from '../live/nudges.js'
import type { ReleaseSummary } from '../releases/index.js'
import { DeviceWatchRepository, type Followed, type Standing } from './device-watch.repository.js'
import { givenUpLines, newsOf, runningText, type Said, standingText } from './follow-lines.js'
import { detail, problem, step } from './push-lines.js'
import type { Push } from './push.js'

// Devices may be off for days; a terminal is not.
const PATIENCE_MS = 15 * 60_000
// Who is there says so within this, even where it has joined a moment ago.
const SIGN_OF_LIFE_MS = 4_500
// However much a large fleet has to say.
const BETWEEN_LOOKS_MS = 500
// A look at a large fleet takes long: the database is to have most of its time for the devices.
const PAUSE_TO_LOOK = 4
const BETWEEN_SUMMARIES_MS = 5_000
// More are summed up.
const NAMED_DEVICES = 5
// Each may come with pages of its log.
const NAMED_REFUSALS = 2

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
    const followed = { fleetId: push.fleet.id, releaseId: release.id, since: new Date() }
    const said = new Map<string, Said>()
    const patience = anySignal([push.signal, AbortSignal.timeout(PATIENCE_MS)])
    const isOurs = (message: { topic: string; fleetId?: string }) => message.fleetId === followed.fleetId
    for await (const _ of nudges(this.bus, isOurs, patience)) {
      const began = Date.now()
      try {
        const standing = await this.devices.standing(followed)
        if (await this.tellEnd(push, release, { followed, standing })) return
        await this.tellProgress(push, { followed, standing }, said)
      } catch (error) {
        if (!isDatabaseAway(error)) throw error
      }
      const pauseMs = Math.max(BETWEEN_LOOKS_MS, PAUSE_TO_LOOK * (Date.now() - began))
      await sleep(pauseMs, undefined, { signal: patience }).catch(() => undefined)
    }
    if (!push.signal.aborted)
      push.say(detail('No device is done with it yet. It stays their target; look again later.'))
  }

  private async tellEnd(push: Push, { version }: ReleaseSummary, { followed, standing }: Look): Promise<boolean> {
    const { names, count } = await this.devices.running(followed, NAMED_DEVICES)
    if (count > 0) push.say(step(`Release ${version} runs on ${runningText(names, count, standing.online)}`))
    const givenUp = await this.devices.givenUp(followed, NAMED_REFUSALS)
    for (const each of givenUp) for (const line of givenUpLines(each)) push.say(line)
    const refusals = await this.devices.refusals(followed, NAMED_DEVICES)
    for (const { device, reason } of refusals) push.say(problem(`${device} refuses it: ${reason}`))
    const [bad] = [...givenUp, ...refusals]
    if (bad) push.say(detail(`More of it: flotilla device explain ${bad.device}`))
    if (count > 0 || bad) return true
    if (standing.online > 0 || Date.now() - followed.since.getTime() < SIGN_OF_LIFE_MS) return false
    push.say(detail('No device is online, so there is nothing to follow: each gets it as soon as it is back.'))
    return true
  }

  private async tellProgress(push: Push, { followed, standing }: Look, said: Map<string, Said>): Promise<void> {
    const isLarge = standing.online > NAMED_DEVICES
    if (isLarge) tellStanding(push, standing, said)
    const doings = await this.devices.doings(followed, { limit: NAMED_DEVICES, all: !isLarge })
    for (const doing of doings) {
      const news = newsOf(doing, said.get(doing.device), Date.now())
      if (news === undefined) continue
      push.say(detail(`${doing.device}: ${news.text}`))
      said.set(doing.device, news)
    }
  }
}

interface Look {
  followed: Followed
  standing: Standing
}

function tellStanding(push: Push, standing: Standing, said: Map<string, Said>): void {
  // No device has an empty name.
  const last = said.get('')
  const news = { text: standingText(standing), at: Date.now() }
  if (last && (last.text === news.text || news.at - last.at < BETWEEN_SUMMARIES_MS)) return
  push.say(detail(news.text))
  said.set('', news)
}
