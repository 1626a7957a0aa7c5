import type { FakeEngine } from '../edge/fake/fake-engine.js'
import { LogCollector } from '../logs/collect-logs.js'
import type { LogSpool } from '../stored.js'
import { StatusBoard } from '../status-board.js'
import type { FakeClock } from './fake-clock.js'
import { silentLog } from './memory-store.js'

/** Collects the logs of the containers that are there now, until the function that it gives is called. */
export async function startCollecting(
  engine: FakeEngine,
  spool: LogSpool,
  clock: FakeClock,
): Promise<() => Promise<void>> {
  const board = new StatusBoard()
  const current = { ...(await engine.observe([])), platform: 'linux/arm64' as const, downloading: [], attempts: {} }
  const plan = { steps: [], waits: [] }
  board.show({ target: {} as never, current, observed: current.containers, plan, at: 0, progress: {} })
  const ended = new AbortController()
  const running = new LogCollector(engine, spool, board, { clock, log: silentLog() }).run(ended.signal)
  await clock.advance(0)
  return () => {
    ended.abort()
    return running
  }
}
