import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

describe('policy', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  let device: string
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    device = (await fleet.addBoard()).deviceId
  })
  afterAll(() => terminal.close())

  it('set changes what it names for a fleet, show reads it as it was written, and --clear takes it back', async () => {
    const set = ['fleet', 'policy', 'set', fleet.path]
    await terminal.ok(...set, '--switch-window', 'mon-fri 02:00-04:00', '--switch-window', 'last sun 01:00-05:00')
    await terminal.ok(...set, '--time-zone', 'Europe/Berlin', '--reserve', '500000000')
    const shown = await terminal.ok('fleet', 'policy', 'show', fleet.path)
    expect(shown).toMatch(/^switch windows +mon-fri 02:00-04:00\n +last sun 01:00-05:00$/m)
    expect(shown).toMatch(/^download windows +always$/m)
    expect(shown).toMatch(/^time zone +Europe\/Berlin$/m)
    expect(shown).toMatch(/^reserve +500 MB$/m)
    await terminal.ok(...set, '--clear', 'switch-windows', '--clear', 'reserve')
    expect(await terminal.json('fleet', 'policy', 'show', fleet.path)).toMatchObject({
      switchWindows: [],
      reserveBytes: 200_000_000,
      timeZone: 'Europe/Berlin',
    })
  })

  it('a device has its own parts over those of its fleet', async () => {
    await terminal.ok('fleet', 'policy', 'set', fleet.path, '--confirm', '30')
    await terminal.ok('device', 'policy', 'set', device, '--confirm', '300')
    expect(await terminal.ok('device', 'policy', 'show', device)).toMatch(/^confirm +300 s\n(.*\n)+its own +confirm$/m)
    await terminal.ok('device', 'policy', 'set', device, '--clear', 'confirm')
    expect(await terminal.ok('device', 'policy', 'show', device)).toMatch(/^confirm +30 s\n(.*\n)+its own +nothing$/m)
  })

  it('what downloads may cost is set in units, a device over its fleet, part by part', async () => {
    const words = ['--per-month', '500MB', '--budget', 'metered', '--rate', '250kB', '--neighbours', 'off']
    await terminal.ok('fleet', 'policy', 'set', fleet.path, ...words)
    await terminal.ok('device', 'policy', 'set', device, '--per-day', '20MB', '--neighbours', 'on')
    const shown = await terminal.ok('device', 'policy', 'show', device)
    expect(shown).toMatch(/^download rate +250 kB\/s$/m)
    expect(shown).toMatch(/^download budget +20.0 MB a day, 500 MB a month on metered links \(wwan\*, .*\)$/m)
    expect(shown).toMatch(/^neighbours +on$/m)
    expect(shown).toMatch(/^its own +per-day, neighbours$/m)
    await terminal.ok('device', 'policy', 'set', device, '--clear', 'per-day', '--clear', 'neighbours')
    expect(await terminal.json('device', 'policy', 'show', device)).toMatchObject({
      updatePolicy: { transfers: { bytesPerMonth: 500_000_000, neighbours: false, bytesPerSecond: 250_000 } },
      ownUpdatePolicy: {},
    })
  })

  it('what is not a window, or nothing at all, changes nothing', async () => {
    for (const words of [
      ['--switch-window', 'sometimes'],
      ['--clear', 'reserve', '--reserve', '1'],
      ['--per-day', 'some'],
      [],
    ]) {
      expect((await terminal.run(['fleet', 'policy', 'set', fleet.path, ...words])).status).toBe(2)
    }
  })
})
