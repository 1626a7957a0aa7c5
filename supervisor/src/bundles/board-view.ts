import type { BundleBoard } from '@flotilla/contracts'
import { describePlan } from '@flotilla/reconcile'
import type { Core } from '../part.js'
import { currentApps } from '../report/device-state.js'
import type { BundleIntake } from './ports.js'
import type { Uploads } from './uploads.js'

/** What somebody who brings a bundle wants to know of the board. */
export async function boardView(
  core: Pick<Core, 'identity' | 'registration' | 'targets' | 'board'>,
  intake: BundleIntake,
  uploads: Uploads,
): Promise<BundleBoard> {
  const { target } = core.targets
  const upload = uploads.latest()
  return {
    device: { name: target?.device.name ?? core.registration.deviceName, hardwareUuid: core.identity.uuid },
    ...(target && { fleet: { name: target.fleet.name, organization: target.fleet.organization } }),
    running: runningReleases(core),
    sentence: sentence(core),
    mostBytes: await uploads.mostBytes(),
    ...(upload && { upload }),
    bundles: intake.status(),
  }
}

/** Of the apps of the target; of others that still run, the board knows no name. */
function runningReleases({ board: { status } }: Pick<Core, 'board'>): BundleBoard['running'] {
  if (!status) return []
  const states = currentApps(status)
  return status.target.apps.flatMap(({ id, name, release }) => {
    const running = states[id]?.releaseId
    const good = status.current.memory?.[id]?.good?.release
    const known = [release, good].find((it) => it?.id === running)
    return known ? [{ app: name, release: { id: known.id, version: known.version } }] : []
  })
}

function sentence({ board, targets }: Pick<Core, 'board' | 'targets'>): string {
  if (board.engineError !== undefined) return `The container engine does not answer: ${board.engineError}`
  if (!targets.target) return 'There is no target yet.'
  return board.status ? describePlan(board.status.plan, board.status.at) : 'The board is starting.'
}
