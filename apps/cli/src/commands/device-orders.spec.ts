import type { DeviceCommandBody, DeviceCommandResult } from '@flotilla/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

describe('device orders', () => {
  const terminal = new Terminal()
  const stopping = new AbortController()
  const asked: DeviceCommandBody[] = []
  let answer: Pick<DeviceCommandResult, 'status' | 'detail'> = { status: 'done' }
  let fleet: TestFleet
  let device: string
  let obeying: Promise<void>
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    const { board, deviceId } = await fleet.addBoard({ name: 'roof' })
    await board.report({ generation: 1, apps: {} })
    device = deviceId
    const carryOut = (body: DeviceCommandBody) => {
      asked.push(body)
      return Promise.resolve(answer)
    }
    obeying = board.obey(carryOut, stopping.signal)
  })
  afterAll(async () => {
    stopping.abort()
    await obeying
    terminal.close()
  })

  it.each<[words: string[], body: DeviceCommandBody, said: string]>([
    [['reboot', '--yes'], { kind: 'reboot', force: false }, 'roof restarts.'],
    [['shutdown', '--yes', '--force'], { kind: 'shutdown', force: true }, 'roof turns itself off.'],
    [['restart', '--yes'], { kind: 'restart', force: false }, 'Restarted all services on roof.'],
    [['restart', 'web', '--yes'], { kind: 'restart', service: 'web', force: false }, 'Restarted web on roof.'],
    [['stop', 'web', '--yes'], { kind: 'stop', service: 'web', force: false }, 'Stopped web on roof.'],
    [['start', 'web'], { kind: 'start', service: 'web' }, 'Started web on roof.'],
    [['purge', 'a', 'b', '--yes'], { kind: 'purge', volumes: ['a', 'b'], force: false }, 'Emptied a, b on roof.'],
    [['purge', '--yes'], { kind: 'purge', force: false }, 'Emptied all volumes on roof.'],
    [['update-now', '--force'], { kind: 'update-now', force: true }, 'roof looks for its release.'],
  ])('%j has the device do it, and says so', async ([verb = '', ...rest], body, said) => {
    expect(await terminal.ok('device', verb, device, ...rest)).toContain(said)
    expect(asked.at(-1)).toEqual(body)
  })

  it('what harms asks first, and sends nothing without a yes', async () => {
    const before = asked.length
    const unasked = await terminal.run(['device', 'purge', device])
    expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringContaining('What is in there is lost.')])
    const refused = await terminal.run(['device', 'shutdown', device], { answers: [['Turn roof off?', 'n']] })
    expect(refused.status).toBe(1)
    expect(asked).toHaveLength(before)
  })

  it('what the device would not do ends with its reason and a failure', async () => {
    answer = { status: 'refused', detail: 'web holds a lock.' }
    const ran = await terminal.run(['device', 'reboot', device, '--yes'])
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('web holds a lock.')])
    answer = { status: 'done' }
  })

  it('a device that is away is waited for only so long, and explain shows what it has to do', async () => {
    const { deviceId } = await fleet.addBoard()
    const ran = await terminal.run(['device', 'restart', deviceId, 'web', '--yes', '--force', '--wait', '1s'])
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('has not come for the command within 1 s')])
    const left = await terminal.json('device', 'reboot', deviceId, '--yes', '--no-wait')
    expect(left).toMatchObject({ state: 'waiting', command: { kind: 'reboot' } })
    const explained = await terminal.ok('device', 'explain', deviceId)
    expect(explained).toMatch(/^restart web, forced +waiting/m)
    expect(explained).toMatch(/^reboot +waiting/m)
  })
})
