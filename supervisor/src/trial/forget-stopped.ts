import type { Target } from '@flotilla/contracts'
import { appFingerprint, serviceKey, type Requests } from '@flotilla/reconcile'

/** Services that were stopped by hand stay so until their app changes: pure. */
export function forgetStopped(requests: Requests, former: Target | undefined, target: Target): Requests {
  const before = new Map(former?.apps.map((app) => [app.id, appFingerprint(app)]))
  const isChanged = (id: string) => {
    const app = target.apps.find((it) => it.id === id)
    return app === undefined || appFingerprint(app) !== before.get(id)
  }
  const freed = (former?.apps ?? []).filter(({ id }) => isChanged(id))
  const keys = new Set(freed.flatMap(({ id, services }) => Object.keys(services).map((name) => serviceKey(id, name))))
  return { ...requests, stopped: requests.stopped.filter((key) => !keys.has(key)) }
}
