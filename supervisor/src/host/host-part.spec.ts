import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { TerminalError } from '../errors.js'
import { EventRecorder } from '../events.js'
import type { Part } from '../part.js'
import type { TargetKeeper } from '../target/target-keeper.js'
import { RequestsKeeper } from '../requests-keeper.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument, MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import type { BootTimes } from '../stored.js'
import { TimeKeeper } from '../time/time-keeper.js'
import type { HostControl } from './host-control.js'
import { hostPart } from './host-part.js'
import type { SettingsAtBoot } from './host-settings.js'
import type { StoredReboots } from './stored-reboots.js'

describe('the board itself', () => {
  let clock: FakeClock
  let time: TimeKeeper
  let isClockSet: boolean
  let requests: RequestsKeeper
  let events: MemoryEventSpool
  let disk: { config?: string; hostname: string; bootId: string; ends: string[]; brokenPower: boolean }
  let variables: Record<string, string>
  let document: MemoryDocument<SettingsAtBoot>
  let reboots: MemoryDocument<StoredReboots>
  let bootTimes: MemoryDocument<BootTimes>
  let stop: AbortController
  let part: Part
  let running: Promise<unknown>

  beforeEach(async () => {
    clock = new FakeClock()
    disk = { config: 'dtparam=audio=on\n', hostname: 'raspberrypi', bootId: 'boot-1', ends: [], brokenPower: false }
    variables = {}
    document = new MemoryDocument()
    reboots = new MemoryDocument()
    bootTimes = new MemoryDocument()
    events = new MemoryEventSpool()
    isClockSet = false
    requests = new RequestsKeeper(new MemoryDocument())
    stop = new AbortController()
    await start()
  })
  afterEach(() => stop.abort())

  const control: HostControl = {
    bootId: () => disk.bootId,
    readConfig: () => Promise.resolve(disk.config),
    writeConfig: (text) => Promise.resolve(void (disk.config = text)),
    hostname: () => disk.hostname,
    setHostname: (hostname) => Promise.resolve(void (disk.hostname = hostname)),
    end: (kind) =>
      disk.brokenPower ? Promise.reject(new Error('no D-Bus')) : Promise.resolve(void disk.ends.push(kind)),
  }

  async function start(isManaged = true, by = control) {
    time = new TimeKeeper(clock, disk.bootId, bootTimes)
    const log = silentLog()
    const recorder = new EventRecorder(events, time, log)
    // Of the keeper only what this part looks at.
    const targets = { get target() { return { config: variables } } } as unknown as TargetKeeper // prettier-ignore
    const host = { timeZone: () => 'Europe/Berlin', isClockSet: () => isClockSet }
    part = await hostPart({ time: host, control: isManaged ? by : undefined, document, reboots })({
      clock: time,
      requests,
      targets,
      events: recorder,
      log,
    })
    running = Promise.all((part.loops ?? []).map((loop) => loop(stop.signal)))
    running.catch(() => undefined)
    await clock.advance(0)
  }

  const look = () => part.sources?.host?.()
  const context = () => ({ signal: stop.signal, onProgress: () => undefined })
  const write = (changes: Record<string, string | null>) =>
    part.steps?.['write-host-config']?.({ kind: 'write-host-config', changes, reason: 'test' }, context())

  it('takes a setting up on the disk, and needs a restart for it until there was one', async () => {
    expect(await look()).toEqual({ config: {}, hostname: 'raspberrypi', bootId: 'boot-1', needsReboot: false })
    variables = { HOST_CONFIG_gpu_mem: '128', FLOTILLA_HOST_HOSTNAME: 'porch' }
    await write({ gpu_mem: '128' })
    expect(await look()).toMatchObject({ config: { gpu_mem: '128' }, needsReboot: true })
    expect(part.report?.host?.()).toMatchObject({ rebootNeeded: true, hostname: 'raspberrypi' })
    // The supervisor alone starts anew.
    await start()
    expect(await look()).toMatchObject({ needsReboot: true })
    disk.bootId = 'boot-2'
    await start()
    expect(await look()).toMatchObject({ config: { gpu_mem: '128' }, needsReboot: false })
  })

  it('needs a restart for services that ask for it after their update, until there was one', async () => {
    const created = (service: string, labels: Record<string, string>) =>
      part.beforeCreate?.({ kind: 'create-container', service, spec: { config: { labels } } } as never)
    await created('web', {})
    expect(await look()).toMatchObject({ needsReboot: false })
    await created('driver', { 'io.balena.update.requires-reboot': '1' })
    await created('agent', { 'io.resin.update.requires-reboot': 'true' })
    expect(await look()).toMatchObject({ needsReboot: true, rebootFor: ['agent', 'driver'] })
    expect(part.report?.host?.()).toMatchObject({ rebootNeeded: true })
    await start()
    expect(await look()).toMatchObject({ needsReboot: true, rebootFor: ['agent', 'driver'] })
    disk.bootId = 'boot-2'
    await start()
    expect(await look()).toEqual({ config: {}, hostname: 'raspberrypi', bootId: 'boot-2', needsReboot: false })
    // One that cannot tell its boots apart would restart for ever.
    disk.bootId = ''
    await created('driver', { 'io.balena.update.requires-reboot': '1' })
    expect(await look()).toMatchObject({ needsReboot: false })
  })

  it('is known from the first report on, and keeps no board from starting when it cannot be read', async () => {
    expect(part.report?.host?.()).toMatchObject({ hostname: 'raspberrypi', rebootNeeded: false })
    const readConfig = () => Promise.reject(new Error('EIO'))
    await start(true, { ...control, readConfig })
    await expect(look()).rejects.toThrow('EIO')
  })

  it('needs no restart for a setting that was taken back before it was in force', async () => {
    await look()
    await write({ gpu_mem: '128' })
    await write({ gpu_mem: null })
    expect(await look()).toMatchObject({ config: {}, needsReboot: false })
    expect(disk.config).toBe('dtparam=audio=on\n')
  })

  it('changes only what the step names', async () => {
    await write({ gpu_mem: '128', dtparam: '"spi=on","i2c_arm=on"' })
    await write({ gpu_mem: '64' })
    expect(await look()).toMatchObject({ config: { gpu_mem: '64', dtparam: '"spi=on","i2c_arm=on"' } })
  })

  it('does not touch the disk for a setting that it refuses, and never tries that again', async () => {
    const before = disk.config
    await expect(write({ gpu_mem: '128', kernel: 'mine.img' })).rejects.toThrow(TerminalError)
    expect(disk.config).toBe(before)
  })

  it('has no settings where there is no config.txt, but a name', async () => {
    disk.config = undefined
    expect(await look()).toMatchObject({ config: undefined, hostname: 'raspberrypi', needsReboot: false })
    const rename = (hostname: string) => part.steps?.['set-hostname']?.({ kind: 'set-hostname', hostname }, context())
    await rename('porch')
    expect((await look())?.hostname).toBe('porch')
    await expect(rename('my porch')).rejects.toThrow(TerminalError)
  })

  describe('when it is to restart', () => {
    const reboot = () => part.steps?.reboot?.({ kind: 'reboot', reason: 'asked' }, context())
    beforeEach(() => requests.edit((now) => ({ ...now, power: { kind: 'reboot', force: false, reason: 'asked' } })))

    it('forgets the request first, does it once, and begins nothing else', async () => {
      const ending = { isOver: false }
      void reboot()?.then(() => (ending.isOver = true))
      await clock.advance(10_000)
      expect(requests.requests.power).toBeUndefined()
      expect(disk.ends).toEqual(['reboot'])
      expect(events.kinds()).toEqual(['board-ends'])
      expect(ending.isOver).toBe(false)
      stop.abort()
      await clock.advance(1)
      expect(ending.isOver).toBe(true)
    })

    it('is still asked to where the system refuses', async () => {
      disk.brokenPower = true
      await expect(reboot()).rejects.toThrow('no D-Bus')
      expect(requests.requests.power?.kind).toBe('reboot')
    })

    it('says so when it goes on all the same', async () => {
      const failed = expect(reboot()).rejects.toThrow('still runs')
      await clock.advance(300_000)
      await failed
    })
  })

  it('never guesses the time: it has none until a server or its own system knows it', async () => {
    expect(part.sources?.localTime?.()).toBe(false)
    expect(part.report?.host?.()).toMatchObject({ clockKnown: false, timeZone: 'Europe/Berlin' })
    isClockSet = true
    await clock.advance(10_000)
    expect(part.sources?.localTime?.()).toEqual({ timeZone: 'Europe/Berlin' })
  })

  it('knows the time also where the disk takes no note of it', async () => {
    bootTimes = new MemoryDocument<BootTimes>(undefined, 'boot-times', () => {
      throw new Error('no space left on device')
    })
    await start()
    isClockSet = true
    await clock.advance(10_000)
    expect(part.sources?.localTime?.()).toEqual({ timeZone: 'Europe/Berlin' })
    stop.abort()
    await expect(running).resolves.toBeDefined()
  })

  it('keeps its hands off a machine that it shares', async () => {
    await start(false)
    expect(part.sources?.host).toBeUndefined()
    expect(part.steps).toBeUndefined()
    expect(part.report?.host?.()).toMatchObject({ hostname: undefined, rebootNeeded: undefined })
  })
})
