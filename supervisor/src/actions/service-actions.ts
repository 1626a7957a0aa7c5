import { serviceKey, type CurrentContainer } from '@flotilla/reconcile'
import { shortError } from '../errors.js'
import type { Locks } from '../locks/locks.js'
import type { Core } from '../part.js'
import { done, failed, refused, type Answer } from './answer.js'
import { inOrderOfStopping, isLive, lookAtContainers, startStep, stopStep } from './containers.js'

export interface OfService {
  appId: string
  // Absent: all of the app's.
  service?: string
  force: boolean
}

type Used = Pick<Core, 'engine' | 'requests' | 'executor' | 'clock' | 'lookWanted'>

const ASKED = 'somebody asked for it'

/** Restarting, stopping and starting services by hand. The plan starts again what should run, in its order. */
export class ServiceActions {
  constructor(
    private readonly core: Used,
    private readonly locks: Pick<Locks, 'on'>,
  ) {}

  restart(what: OfService): Promise<Answer> {
    return this.overContainers(what, async (containers) => {
      await this.wantRunning(containers)
      const live = containers.filter(isLive)
      for (const container of inOrderOfStopping(live)) await this.core.executor.perform(stopStep(container, ASKED))
      // What has a policy to run for ever the plan starts by itself, behind what it depends on.
      const others = what.service === undefined ? live.filter((it) => !isEndless(it)) : containers
      for (const container of others) await this.core.executor.perform(startStep(container, ASKED))
      return done(`Restarted ${names(live.length > 0 ? live : containers)}.`)
    })
  }

  /** It stays stopped until it is started by hand, or the target has another release for the app. */
  stop(what: OfService): Promise<Answer> {
    return this.overContainers(what, async (containers) => {
      const keys = containers.map(({ appId, service }) => serviceKey(appId, service))
      // Written first: the plan would else start it again.
      await this.core.requests.edit((it) => ({ ...it, stopped: [...new Set([...it.stopped, ...keys])] }))
      const live = containers.filter(isLive)
      for (const container of inOrderOfStopping(live)) await this.core.executor.perform(stopStep(container, ASKED))
      return done(`Stopped ${names(containers)}; it stays so until it is started or the release changes.`)
    })
  }

  start(what: Omit<OfService, 'force'>): Promise<Answer> {
    return this.overContainers({ ...what, force: true }, async (containers) => {
      await this.wantRunning(containers)
      const idle = containers.filter((it) => !isLive(it))
      if (what.service !== undefined) {
        for (const container of idle) await this.core.executor.perform(startStep(container, ASKED))
      }
      return done(idle.length === 0 ? `${names(containers)} ran already.` : `Started ${names(idle)}.`)
    })
  }

  /** Runs the deed on the containers concerned, unless one of them is locked; what it throws is the answer. */
  async overContainers(
    { appId, service, force }: OfService,
    deed: (containers: CurrentContainer[]) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const ofApp = (await lookAtContainers(this.core)).filter((it) => it.appId === appId)
      const containers = service === undefined ? ofApp : newest(ofApp.filter((it) => it.service === service))
      if (containers.length === 0) return failed('unknown', `There is no container of ${service ?? 'this app'}.`)
      const locks = force ? [] : await this.locks.on(containers.filter(isLive))
      if (locks.length > 0) return refused(locks, this.core.clock.now())
      return await deed(containers)
    } catch (error) {
      return failed('error', shortError(error))
    } finally {
      this.core.lookWanted.notify()
    }
  }

  private wantRunning(containers: readonly CurrentContainer[]): Promise<void> {
    const keys = new Set(containers.map(({ appId, service }) => serviceKey(appId, service)))
    return this.core.requests.edit((it) => ({ ...it, stopped: it.stopped.filter((key) => !keys.has(key)) }))
  }
}

// While one container hands over to the next, it is the next that is meant.
function newest(containers: CurrentContainer[]): CurrentContainer[] {
  return [...containers].sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0)).slice(0, 1)
}

function isEndless({ restart }: CurrentContainer): boolean {
  return restart?.name === 'always' || restart?.name === 'unless-stopped'
}

function names(containers: readonly CurrentContainer[]): string {
  return [...new Set(containers.map(({ service }) => service))].sort().join(', ')
}
