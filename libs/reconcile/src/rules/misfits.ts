import type { Wait } from '../plan.js'
import { isRefused, type View } from '../view/view.js'
import { ofApp } from './sentences.js'

/** What of the target this board does not run because it lacks what that requires, and why. */
export function waitForBoard(view: View): Wait[] {
  return view.target.apps.flatMap((app) => {
    const { leftOut = {}, refusals = {} } = view.misfits.get(app.id) ?? {}
    if (isRefused(view, app.id)) {
      const reason = `Release ${app.release.version} is refused on this board: ${Object.values(refusals).join(' ')}`
      return [{ ...ofApp(app), for: 'target-change' as const, reason }]
    }
    return Object.entries(leftOut).map(([service, why]) => ({
      ...{ subject: service, appId: app.id, service },
      for: 'target-change' as const,
      reason: `${service} is left out on this board: ${why}`,
      // The rest of the app runs as it should.
      housekeeping: true,
    }))
  })
}
