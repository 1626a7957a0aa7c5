import type { LogBatch, LogBatchResponse } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import type { FakeContainer } from '../edge/fake/fake-container.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { systemClock } from '../edge/host/clock.js'
import { DiskLogSpool } from '../edge/store/log-spool.js'
import { CloudError } from '../errors.js'
import { StatusBoard } from '../status-board.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloudDevice } from '../testing/fake-cloud-device.js'
import { MemoryDocument, MemoryLogSpool, silentLog } from '../testing/memory-store.js'
import { createContainerStep } from '../testing/steps.js'
import { TimeKeeper } from '../time/time-keeper.js'
import { LogCollector } from './collect-logs.js'
import { LogShipper } from './ship-logs.js'

const boardClock = { ...systemClock, random: () => 0.01 }

class SlowEngine extends FakeEngine {
  constructor(
    deviceId: string,
    daemon: FakeDaemon,
    private readonly hold: () => Promise<void>,
  ) {
    super(deviceId, daemon)
  }

  // Ends the streams that are open, as an engine may at any time.
  endStreams = () => {}

  override async *readLogs(id: string, { since, signal }: Parameters<FakeEngine['readLogs']>[1]) {
    const end = new AbortController()
    this.endStreams = () => end.abort()
    signal.addEventListener('abort', this.endStreams)
    yield* super.readLogs(id, { since, signal: end.signal })
    await this.hold()
  }
}

describe('shipping the logs of containers', () => {
  let folder: string
  let clock: TimeKeeper
  let daemon: FakeDaemon
  let web: FakeContainer
  let server: FakeCloudDevice
  let log: ReturnType<typeof silentLog>
  // What a stream waits for before it ends.
  let hold: Promise<void>
  let stop: () => Promise<void>
  let look: () => Promise<void>
  let endStreams: () => void
  let fate: (batch: LogBatch) => CloudError | 'lost' | undefined

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fship-'))
    clock = new TimeKeeper(boardClock, 'boot', new MemoryDocument())
    await clock.trustBoard()
    daemon = new FakeDaemon(boardClock)
    web = daemon.addContainer(
      'device',
      createContainerStep('web', { image: 'web', config: { restart: { name: 'no' } } }),
    )
    web.start()
    const hardware = { uuid: 'a'.repeat(32), publicKey: 'k'.repeat(43), platform: 'linux/arm64' as const }
    server = new FakeCloudDevice(hardware, {
      deviceId: 'device',
      deviceName: 'porch',
      fleetId: 'fleet',
      targetKeys: [],
    })
    fate = () => undefined
    hold = Promise.resolve()
    await start()
  })
  afterEach(async () => {
    await stop()
    await rm(folder, { recursive: true })
  })

  async function start() {
    const stopping = new AbortController()
    log = silentLog()
    const engine = new SlowEngine('device', daemon, () => hold)
    endStreams = () => engine.endStreams()
    const spool = await DiskLogSpool.open(folder, log)
    const board = new StatusBoard()
    const collector = new LogCollector(engine, spool, board, { clock, log })
    const shipper = new LogShipper({ sendLogs, greet }, spool, { clock, log })
    collector.collected.add(() => shipper.wake())
    const running = Promise.all([collector.run(stopping.signal), shipper.run(stopping.signal)])
    look = async () => {
      const current = { ...(await engine.observe([])), platform: 'linux/arm64' as const, downloading: [], attempts: {} }
      const target = {} as never
      board.show({ target, current, observed: current.containers, plan: { steps: [], waits: [] }, at: 0, progress: {} })
    }
    stop = async () => {
      stopping.abort()
      await running
      await spool.flush()
    }
    await look()
  }

  // What the board learns when it speaks to the server.
  let greet = () => Promise.resolve()

  async function sendLogs(batch: LogBatch): Promise<LogBatchResponse> {
    await Promise.resolve()
    const outcome = fate(batch)
    if (outcome instanceof CloudError) throw outcome
    const answer = server.takeLogs(batch)
    if (outcome === 'lost') throw new CloudError('no answer', {})
    return answer
  }

  const texts = () => server.logs.map(({ text }) => text)
  const arrived = (count: number) => eventually(() => server.logs.length >= count)

  it('ends at once where it is told to before it has begun', async () => {
    const collector = new LogCollector(new FakeEngine('device', daemon), new MemoryLogSpool(), new StatusBoard(), {
      clock,
      log,
    })
    await collector.run(AbortSignal.abort())
  })

  it('sends each line with its service, stream and time', async () => {
    web.print('stdout', 'hello')
    web.print('stderr', 'oh')
    await arrived(2)
    expect(server.logs).toMatchObject([
      { number: 1, service: 'web', stream: 'stdout', text: 'hello', at: web.logged[0]?.at },
      { number: 2, service: 'web', stream: 'stderr', text: 'oh' },
    ])
  })

  it('corrects the times of what was written before the board knew the time', async () => {
    await stop()
    const aYear = 365 * 24 * 3_600_000
    clock = new TimeKeeper({ ...boardClock, now: () => Date.now() - aYear }, 'boot', new MemoryDocument())
    greet = () => clock.hearServer(Date.now(), 10)
    await start()
    web.print('stdout', 'early')
    await arrived(1)
    web.print('stdout', 'late')
    await arrived(2)
    const toYears = (at: string) => Math.round((Date.parse(at) - Date.now()) / aYear)
    // The in-memory engine's own clock is right, and so counts as a year ahead of the board's.
    expect(server.logs.map(({ at }) => toYears(at))).toEqual([1, 1])
  })

  it('goes on after a restart where it was, without a line lost or twice', async () => {
    web.print('stdout', 'one')
    await arrived(1)
    await stop()
    web.print('stdout', 'two')
    web.print('stdout', 'three')
    await start()
    await arrived(3)
    web.print('stdout', 'four')
    await arrived(4)
    expect(texts()).toEqual(['one', 'two', 'three', 'four'])
  })

  it('tells lines of one moment apart, those before a restart and those after', async () => {
    const at = '2026-11-21T08:00:00.000000000Z'
    const print = (text: string) => {
      web.logged.push({ at, stream: 'stdout', content: Buffer.from(text), endsLine: true })
      daemon.changed.notify()
    }
    print('one')
    print('two')
    await arrived(2)
    await stop()
    print('three')
    await start()
    await arrived(3)
    expect(texts()).toEqual(['one', 'two', 'three'])
  })

  it('reads what a container wrote before it was restarted, and after', async () => {
    web.print('stdout', 'first run')
    await arrived(1)
    web.stop()
    web.print('stdout', 'last words')
    const endedAt = Date.now()
    await eventually(() => Date.now() > endedAt)
    web.start()
    web.print('stdout', 'second run')
    await look()
    await arrived(3)
    expect(texts()).toEqual(['first run', 'last words', 'second run'])
  })

  it('reads on when a container was restarted while its last words were still being read', async () => {
    let open: () => void = () => undefined
    hold = new Promise((resolve) => (open = resolve))
    web.print('stdout', 'first run')
    await arrived(1)
    web.stop()
    const endedAt = Date.now()
    await eventually(() => Date.now() > endedAt)
    web.start()
    await look()
    web.print('stdout', 'second run')
    open()
    await arrived(2)
    expect(texts()).toEqual(['first run', 'second run'])
  })

  it('reads on by itself when the engine ends a stream whose container runs on', async () => {
    web.print('stdout', 'one')
    await arrived(1)
    endStreams()
    web.print('stdout', 'two')
    await arrived(2)
    expect(texts()).toEqual(['one', 'two'])
  })

  it('reads the log of a container that ended before it was seen', async () => {
    const short = daemon.addContainer('device', createContainerStep('job', { image: 'job' }))
    short.start()
    short.print('stdout', 'done')
    short.stop()
    await look()
    await arrived(1)
    expect(server.logs[0]).toMatchObject({ service: 'job', text: 'done' })
  })

  it('keeps lines while the server is away, over a restart too', async () => {
    let tries = 0
    fate = () => (tries++, new CloudError('no route', {}))
    web.print('stdout', 'one')
    await eventually(() => tries > 0)
    await stop()
    await start()
    web.print('stdout', 'two')
    fate = () => undefined
    await arrived(2)
    expect(texts()).toEqual(['one', 'two'])
  })

  it('delivers each line once, though answers get lost', async () => {
    let batches = 0
    fate = () => (++batches % 2 === 1 ? 'lost' : undefined)
    for (let n = 1; n <= 5; n++) web.print('stdout', `line ${n}`)
    await eventually(() => batches >= 2)
    web.print('stdout', 'line 6')
    await arrived(6)
    expect(texts()).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'line 6'])
  })

  it('gives up lines that the server refuses, and says how many they were', async () => {
    let refused = 0
    fate = ({ lines }) => {
      if (!lines.some(({ text }) => text === 'bad')) return undefined
      refused++
      return new CloudError('bad', { status: 400 })
    }
    web.print('stdout', 'bad')
    await eventually(() => refused > 0)
    web.print('stdout', 'good')
    await arrived(1)
    expect(texts()).toEqual(['good'])
    expect(server.dropped).toBe(1)
  })

  it('reads on when the engine has been away', async () => {
    web.print('stdout', 'one')
    await arrived(1)
    daemon.isDown = true
    daemon.changed.notify()
    await eventually(() => log.entries.some(({ message }) => message === 'container log not read to its end'))
    daemon.isDown = false
    web.stop()
    web.start()
    web.print('stdout', 'two')
    await eventually(async () => {
      await look()
      return texts().includes('two')
    })
    expect(texts()).toEqual(['one', 'two'])
  })
})
