import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MOMENT_AGO } from '../testing/age.js'
import { createFleet, type TestFleet, uniqueName } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

interface Variable {
  name: string
  value?: string
  service?: string
  kind: string
  fleetId?: string
  deviceId?: string
}

describe('env', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  let device: string
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    device = uniqueName('roof')
    await fleet.addBoard({ name: device })
  })
  afterAll(() => terminal.close())

  const list = (...words: string[]) => terminal.json<Variable[]>('env', 'list', ...words)
  const valueOf = (variables: Variable[], name: string) =>
    variables.filter((one) => one.name === name).map((v) => v.value)

  it('sets, lists and unsets at each of the four levels on its own', async () => {
    const levels = [
      ['--fleet', fleet.path],
      ['--fleet', fleet.path, '--service', 'web'],
      ['--device', device],
      ['--device', device, '--service', 'web'],
    ]
    for (const [index, level] of levels.entries()) await terminal.ok('env', 'set', ...level, `LEVEL=${index}`)
    expect(valueOf(await list('--fleet', fleet.path), 'LEVEL').sort()).toEqual(['0', '1'])
    expect(valueOf(await list('--fleet', fleet.path, '--service', 'web'), 'LEVEL')).toEqual(['1'])
    expect(valueOf(await list('--device', device), 'LEVEL').sort()).toEqual(['2', '3'])
    expect(valueOf(await list('--device', device, '--inherited'), 'LEVEL').sort()).toEqual(['0', '1', '2', '3'])

    const [, ofService, ofDevice] = levels as [string[], string[], string[], string[]]
    await terminal.ok('env', 'unset', ...ofDevice, 'LEVEL')
    expect(valueOf(await list('--device', device), 'LEVEL')).toEqual(['3'])
    await terminal.ok('env', 'unset', ...ofService, 'LEVEL')
    expect(valueOf(await list('--fleet', fleet.path), 'LEVEL')).toEqual(['0'])
    expect(await terminal.ok('env', 'list', '--device', device, '--inherited')).toMatch(
      new RegExp(`^LEVEL +3 +device +web +environment +${MOMENT_AGO}$`, 'm'),
    )
  })

  it('sets several at once, and a value again', async () => {
    expect(await terminal.ok('env', 'set', '--fleet', fleet.path, 'A=1', 'B=x=y')).toBe(
      `Set A, B for fleet ${fleet.path}.\n`,
    )
    await terminal.ok('env', 'set', '--fleet', fleet.path, 'A=2')
    const variables = await list('--fleet', fleet.path)
    expect([valueOf(variables, 'A'), valueOf(variables, 'B')]).toEqual([['2'], ['x=y']])
  })

  it('never shows a secret, however it came', async () => {
    const piped = await terminal.run(['env', 'set', '--fleet', fleet.path, '--secret', 'API_KEY'], {
      stdin: 'hunter2\n',
    })
    const typed = await terminal.run(['env', 'set', '--fleet', fleet.path, '--secret', 'PIN'], {
      answers: [['PIN', 'hunter2']],
    })
    const shown = await terminal.run(['env', 'list', '--fleet', fleet.path])
    const json = await terminal.run(['env', 'list', '--fleet', fleet.path, '--json'])
    for (const { status, stdout, stderr } of [piped, typed, shown, json]) {
      expect(status).toBe(0)
      expect(stdout + stderr).not.toContain('hunter2')
    }
    expect(shown.stdout).toMatch(/^API_KEY +\(secret\) /m)
    expect(shown.stdout).toMatch(/^PIN +\(secret\) /m)
  })

  it('reads an env file, or stdin as one', async () => {
    writeFileSync(join(terminal.home, 'app.env'), '# ours\nFROM_FILE="two words"\nexport OTHER=1\n')
    const ran = await terminal.run(['env', 'set', '--fleet', fleet.path, '--env-file', 'app.env', 'OTHER=2'])
    expect(ran.status).toBe(0)
    await terminal.run(['env', 'set', '--fleet', fleet.path, '--env-file', '-'], { stdin: 'FROM_STDIN=yes' })
    const variables = await list('--fleet', fleet.path)
    expect(['FROM_FILE', 'OTHER', 'FROM_STDIN'].map((name) => valueOf(variables, name))).toEqual([
      ['two words'],
      ['2'],
      ['yes'],
    ])
    const missing = await terminal.run(['env', 'set', '--fleet', fleet.path, '--env-file', 'nowhere.env'])
    expect(missing.status).toBe(2)
    expect(missing.stderr).toContain('nowhere.env cannot be read')
  })

  it('keeps config variables apart from the environment', async () => {
    await terminal.ok('env', 'set', '--device', device, '--config', 'HOST_CONFIG_gpu_mem=16')
    const found = (await list('--device', device, '--config')).map(({ name, kind }) => [name, kind])
    expect(found).toEqual([['HOST_CONFIG_gpu_mem', 'config']])
    expect((await terminal.run(['env', 'unset', '--device', device, 'HOST_CONFIG_gpu_mem'])).status).toBe(4)
    await terminal.ok('env', 'unset', '--device', device, '--config', 'HOST_CONFIG_gpu_mem')
    expect(
      (await terminal.run(['env', 'set', '--fleet', fleet.path, '--service', 'web', '--config', 'A=1'])).status,
    ).toBe(2)
  })

  it('unset of several changes nothing where one is not set', async () => {
    await terminal.ok('env', 'set', '--fleet', fleet.path, 'STAYS=1')
    const ran = await terminal.run(['env', 'unset', '--fleet', fleet.path, 'STAYS', 'NEVER_SET'])
    expect(ran.status).toBe(4)
    expect(ran.stderr).toContain('NEVER_SET')
    expect(valueOf(await list('--fleet', fleet.path), 'STAYS')).toEqual(['1'])
  })

  it('says how far it came where the server refuses one of several', async () => {
    const ran = await terminal.run([
      'env',
      'set',
      '--fleet',
      fleet.path,
      'FIRST=1',
      `BIG=${'x'.repeat(70_000)}`,
      'LAST=1',
    ])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('Done: FIRST. Not done: BIG, LAST.')
    expect(valueOf(await list('--fleet', fleet.path), 'LAST')).toEqual([])
  })

  it('wants to know where', async () => {
    const ran = await terminal.run(['env', 'set', 'A=1'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('--fleet or --device')
  })
})
