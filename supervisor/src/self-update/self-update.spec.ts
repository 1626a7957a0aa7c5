import type { TargetSupervisor } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { downloadFile } from '../edge/cloud/download.js'
import { DiskVersions } from '../edge/versions/disk-versions.js'
import { TerminalError } from '../errors.js'
import { EventRecorder } from '../events.js'
import { eventually } from '../testing/eventually.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { digestOf, VersionsFolder } from '../testing/versions-folder.js'
import { SelfUpdate } from './self-update.js'
import { versionName } from './version-name.js'

/** A program that is a supervisor as far as replacing it is concerned. */
const program = (version: string, rest = '') => `console.log('${version}')\n${rest}`

describe('replacing the supervisor', () => {
  let folder: VersionsFolder
  let events: MemoryEventSpool
  let former: string
  let clock: FakeClock
  let handedOver: number
  let server: Server
  let url: string
  const ranges: (string | undefined)[] = []
  let served: Buffer
  // Bytes after which the connection breaks off.
  let cutAfter: number | undefined
  beforeEach(async () => {
    folder = await VersionsFolder.make()
    events = new MemoryEventSpool()
    clock = new FakeClock()
    handedOver = 0
    ranges.splice(0)
    cutAfter = undefined
    former = await folder.put('1.0.0', program('1.0.0'))
    await folder.link('current', former)
    server = createServer(serve)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await folder.remove()
  })

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { range } = request.headers
    ranges.push(range)
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    response.writeHead(range === undefined ? 200 : 206, { 'content-length': served.length - from })
    if (cutAfter === undefined) return void response.end(served.subarray(from))
    response.write(served.subarray(from, from + cutAfter), () => request.socket.destroy())
  }

  /** A supervisor of this version that has just been started. */
  async function supervisor(version = '1.0.0'): Promise<SelfUpdate> {
    const log = silentLog()
    const update = new SelfUpdate({
      versions: new DiskVersions(folder.path),
      cloud: { download: (path, from, signal) => downloadFile(url, { path, from, signal }) },
      events: new EventRecorder(events, clock, log),
      clock,
      log,
      version,
      handOver: () => handedOver++,
    })
    await update.begin()
    return update
  }

  function offer(version: string, content = program(version)): TargetSupervisor {
    served = Buffer.from(content)
    const bundle = { path: `/supervisors/${version}`, digest: digestOf(content), sizeBytes: served.length }
    return { version, bundle }
  }

  const never = new AbortController().signal
  const told = () => events.pending(10).map(({ kind, detail }) => [kind, detail])

  it('fetches the other version, makes it current, hands over, and keeps the former', async () => {
    const wanted = offer('2.0.0')
    const name = versionName('2.0.0', wanted.bundle?.digest ?? '')
    // Of an earlier trial.
    await writeFile(join(folder.path, 'trial-starts'), 'boot 4 9')
    await (await supervisor()).replace(wanted, never)
    expect(handedOver).toBe(1)
    await expect(folder.read('trial-starts')).rejects.toThrow('ENOENT')
    expect(await folder.launch().output).toBe('2.0.0')
    expect([await folder.named('current'), await folder.named('previous')]).toEqual([name, former])
    expect(told()).toEqual([])
  })

  it('counts as replaced when the server has stored a report of it, and clears all but the former away', async () => {
    await folder.put('0.9.0', program('0.9.0'))
    const wanted = offer('2.0.0')
    await (await supervisor()).replace(wanted, never)
    const successor = await supervisor('2.0.0')
    await successor.prove()
    await successor.prove()
    expect(told()).toEqual([['supervisor-replaced', { version: '2.0.0', former }]])
    expect(await folder.named('trial')).toBeUndefined()
    expect((await readdir(join(folder.path, 'versions'))).sort()).toEqual(
      [former, versionName('2.0.0', wanted.bundle?.digest ?? '')].sort(),
    )
    for (let time = 0; time < 7; time++) expect(await folder.launch().output).toBe('2.0.0')
  })

  it('goes on where a download was cut, and asks for no byte twice', async () => {
    const wanted = offer('2.0.0', program('2.0.0', `// ${'x'.repeat(50_000)}`))
    cutAfter = 20_000
    const update = await supervisor()
    await expect(update.replace(wanted, never)).rejects.toThrow('Could not download')
    cutAfter = undefined
    // After a power cut, say.
    await (await supervisor()).replace(wanted, never)
    expect(ranges).toEqual([undefined, 'bytes=20000-'])
    expect(await folder.launch().output).toBe('2.0.0')
  })

  it('keeps to what it has when what arrives is something else', async () => {
    const wanted = offer('2.0.0')
    served = Buffer.from(program('6.6.6'))
    const update = await supervisor()
    await expect(update.replace(wanted, never)).rejects.toThrow('not the one that the target names')
    expect([handedOver, await folder.named('current')]).toEqual([0, former])
    offer('2.0.0')
    await update.replace(wanted, never)
    expect(handedOver).toBe(1)
  })

  it('never switches to a version that does not start on this board, and says what it complained of', async () => {
    const update = await supervisor()
    const broken = update.replace(offer('2.0.0', `import { nothing } from 'node:fs'\nnothing()\n`), never)
    await expect(broken).rejects.toThrow(TerminalError)
    await expect(broken).rejects.toThrow(/2\.0\.0 does not start on this board: SyntaxError: .*nothing/)
    await expect(update.replace(offer('2.0.0', program('1.5.0')), never)).rejects.toThrow('1.5.0')
    await expect(update.replace({ version: '3.0.0' }, never)).rejects.toThrow(TerminalError)
    expect([handedOver, await folder.named('current')]).toEqual([0, former])
  })

  it('tells once of a version that was returned from, and tries it again only after the target named another', async () => {
    const wanted = offer('2.0.0', program('2.0.0', `process.exit(process.argv[2] === '--version' ? 0 : 1)`))
    const name = versionName('2.0.0', wanted.bundle?.digest ?? '')
    await (await supervisor()).replace(wanted, never)
    for (let time = 0; time < 6; time++) await folder.launch().output
    expect(await folder.named('current')).toBe(former)
    const back = await supervisor()
    await back.noteTarget(wanted)
    await expect(back.replace(wanted, never)).rejects.toThrow(/returned from: it ended by itself 5 times/)
    await expect((await supervisor()).replace(wanted, never)).rejects.toThrow(TerminalError)
    expect(told()).toEqual([
      ['supervisor-returned', { version: '1.0.0', name, reason: expect.stringContaining('5 times') as unknown }],
    ])
    const later = await supervisor()
    await later.noteTarget(undefined)
    await later.replace(wanted, never)
    expect(handedOver).toBe(2)
  })

  it('forgives failed starts to a version that has worked for long without a link', async () => {
    await (await supervisor()).replace(offer('2.0.0'), never)
    const stop = new AbortController()
    let isWorking = false
    const running = (await supervisor('2.0.0')).run(() => isWorking, stop.signal)
    await writeFile(join(folder.path, 'trial-starts'), 'boot 4 1')
    await clock.advance(600_000)
    expect(await folder.read('trial-starts')).toBe('boot 4 1')
    isWorking = true
    // The disk takes its own time, which is not the clock's.
    await eventually(async () => {
      await clock.advance(600_000)
      await expect(folder.read('trial-starts')).rejects.toThrow('ENOENT')
    })
    stop.abort()
    await clock.advance(1)
    await running
  })

  it('makes a folder name of any version', () => {
    expect(versionName('../../etc', `sha256:${'a'.repeat(64)}`)).toBe('_.._etc-aaaaaaaaaaaa')
    expect(versionName('1.2.3+build.4', `sha256:${'b'.repeat(64)}`)).toBe('1.2.3+build.4-bbbbbbbbbbbb')
  })
})
