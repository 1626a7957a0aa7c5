import type Docker from 'dockerode'
import { unwrap } from '@flotilla/api-client'
import { waitFor } from '@flotilla/dev'
import type { World, WorldDevice } from './world.js'

/** Service → id of its running container, of one device on its engine. */
export async function runningContainers(docker: Docker, deviceId: string): Promise<Record<string, string>> {
  const containers = await docker.listContainers({ filters: { label: [`io.flotilla.device=${deviceId}`] } })
  return Object.fromEntries(containers.map(({ Id, Labels }) => [Labels['io.flotilla.service'] ?? '?', Id]))
}

/** Waits until the device says that it runs the release of this version and has nothing left to do. */
export async function waitForRelease(world: World, name: string, version: string, timeoutMs = 180_000): Promise<void> {
  let last: unknown
  await waitFor(
    async () => {
      const device = await world.device(name)
      last = device
      return device.runningVersion === version && device.activity === 'settled'
    },
    { what: `${name} runs ${version}`, timeoutMs, everyMs: 200 },
  ).catch((cause: Error) => {
    throw new Error(`${cause.message} It said last: ${JSON.stringify(last)}`, { cause })
  })
}

/** The newest release of a fleet. */
export async function newestRelease(world: World, fleet: string) {
  const query = { fleet, limit: 1 }
  const { items } = await unwrap(world.api.GET('/api/v1/releases', { params: { query } }))
  if (!items[0]) throw new Error('The fleet has no release')
  return items[0]
}

/** GET of a page that a device publishes; the line that it serves. */
export async function fetchLine(device: WorldDevice, port: number): Promise<string> {
  const answer = await fetch(`http://${device.board.address}:${port}/`, { signal: AbortSignal.timeout(5_000) })
  return (await answer.text()).trim()
}

/** Waits until the device serves the line. */
export async function waitForLine(device: WorldDevice, port: number, line: string, timeoutMs = 180_000): Promise<void> {
  const everyMs = 100
  await waitFor(async () => (await fetchLine(device, port)) === line, {
    what: `${device.name} serves ${line}`,
    timeoutMs,
    everyMs,
  })
}

/** What the engine did between the call and `stop`: creations, starts, stops, pulls …; looking at things is no event. */
export async function watchEngine(docker: Docker): Promise<{ actions: string[]; stop(): void }> {
  const actions: string[] = []
  const stream = (await docker.getEvents()) as NodeJS.ReadableStream & { destroy(): void }
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.filter(Boolean)) {
      const { Type, Action } = JSON.parse(line) as { Type: string; Action: string }
      // Health checks are the engine's own.
      if (!Action.startsWith('exec_') && !Action.startsWith('health_status')) actions.push(`${Type} ${Action}`)
    }
  })
  return { actions, stop: () => stream.destroy() }
}
