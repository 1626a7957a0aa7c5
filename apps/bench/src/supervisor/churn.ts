import { setTimeout as sleep } from 'node:timers/promises'
import { unwrap } from '@flotilla/api-client'
import type { Scene } from './scene.js'

const EVERY_MS = 15_000
const CUT_MS = 8_000

/**
 * What happens to a board in a year, within an hour: settings change, services crash, the link goes. Gives how often;
 * ends when the signal aborts.
 */
export async function churn(scene: Scene, signal: AbortSignal): Promise<{ deeds: number }> {
  const deeds = [() => changeVariable(scene), () => crashService(scene), () => cutLink(scene, signal)]
  let count = 0
  while (!signal.aborted) {
    await deeds[count++ % deeds.length]?.()
    await rest(EVERY_MS, signal)
  }
  return { deeds: count }
}

/** Every container of the service is made anew. */
async function changeVariable({ fleet }: Scene): Promise<void> {
  const body = { fleetId: fleet.id, service: 'display', name: 'CHURN', value: `${Date.now()}` }
  await unwrap(fleet.api.PUT('/api/v1/variables', { body: { kind: 'environment', secret: false, ...body } }))
}

async function crashService({ board, deviceId }: Scene): Promise<void> {
  const { docker } = board.engine
  const containers = await docker.listContainers({ filters: { label: [`io.flotilla.device=${deviceId}`] } })
  const victim = containers[Math.floor(Math.random() * containers.length)]
  // It may have gone by itself meanwhile.
  if (victim)
    await docker
      .getContainer(victim.Id)
      .kill()
      .catch(() => undefined)
}

async function cutLink({ board }: Scene, signal: AbortSignal): Promise<void> {
  await board.link.cut()
  await rest(CUT_MS, signal)
  await board.link.restore()
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined)
}
