/*
 * A whole supervisor in this process, against a fake control plane and any engine, with its state in a folder: started,
 * stopped and started again like one on a board.
 */
import type { Platform } from '@flotilla/contracts'
import { join } from 'node:path'
import { runAgent } from '../agent.js'
import { HttpCloud } from '../edge/cloud/http-cloud.js'
import { systemClock } from '../edge/host/clock.js'
import { openStore } from '../edge/store/disk-store.js'
import type { Clock, Engine, Host } from '../ports.js'
import type { FakeCloud } from './fake-cloud.js'
import type { AgentOptions, World } from '../world.js'
import { silentLog } from './memory-store.js'

// Back-offs are drawn between zero and their cap; tests need not wait for the long ones.
const hasty: Clock = { ...systemClock, random: () => 0.01 }

const PLATFORMS: Partial<Record<NodeJS.Architecture, Platform>> = { x64: 'linux/amd64', arm64: 'linux/arm64' }

export const testHost: Host = {
  board: () => ({ platform: PLATFORMS[process.arch] ?? 'linux/arm/v7', memoryBytes: 512 * 1024 * 1024 }),
  facts: () => ({ os: 'Test OS 1', bootId: 'boot-1' }),
}

export interface TestAgentOptions {
  cloud: FakeCloud
  engine: (deviceId: string) => Engine
  folder: string
  options?: Partial<AgentOptions>
  parts?: World['parts']
  // The board's own; by default it is right, and one boot lasts for ever.
  clock?: Clock
  host?: Host
}

export interface TestAgent {
  log: ReturnType<typeof silentLog>
  /** As at SIGTERM: resolves when all loops have ended, rejects where one ended by a bug. */
  stop: () => Promise<void>
}

export async function startAgent(asked: TestAgentOptions): Promise<TestAgent> {
  const { cloud, engine, folder, options, parts = [], clock = hasty, host = testHost } = asked
  const log = silentLog()
  const stopping = new AbortController()
  const world: World = {
    clock,
    log,
    host,
    store: await openStore(join(folder, 'state'), log),
    cloud: (identity, ambient) => new HttpCloud({ serverUrl: cloud.url, identity, ...ambient }),
    engine,
    parts,
  }
  const settings = { provisioningKey: 'key', name: 'porch', pollMs: 3_600_000, ...options }
  const running = runAgent(world, settings, stopping.signal)
  // Where it ends by a bug, stop() tells; until then that is no unhandled rejection.
  running.catch(() => undefined)
  return {
    log,
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
