import { randomUUID } from 'node:crypto'
import type { AppState, Rejection } from '@flotilla/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MOMENT_AGO } from '../testing/age.js'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

/** Of a moment ago: it tells its age. */
const rejection = (): Rejection => ({
  releaseId: randomUUID(),
  version: '2-bad',
  at: new Date(Date.now() - 200_000).toISOString(),
  code: 'crash-loop',
  reason: 'web does not stay up.',
  services: {
    web: {
      reason: 'web ended with exit code 137, three times within 20 seconds.',
      exitCode: 137,
      oomKilled: true,
      healthOutput: 'connection refused',
      lastLines: 'allocating\n\x1b]0;owned\x07still allocating\n',
    },
  },
})

describe('device explain', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
  })
  afterAll(() => terminal.close())

  async function deviceThatSaid(app: Partial<AppState>) {
    const { board, deviceId } = await fleet.addBoard()
    const explanation = 'Waiting: the window opens at 02:00.\nweb is held by a lock.'
    const apps = { [fleet.id]: { services: {}, ...app } }
    await board.report({ generation: 1, activity: 'waiting', explanation, apps })
    return deviceId
  }

  it('tells what the device waits for, its age, and what it should run', async () => {
    const said = await terminal.ok('device', 'explain', await deviceThatSaid({}))
    expect(said).toMatch(/ in \S+ (is online and|has just joined and is) waiting\.$/m)
    expect(said).toContain('It should run nothing yet. It runs no release as a whole.')
    expect(said).toMatch(
      new RegExp(`^It said \\(${MOMENT_AGO}\\):\n  Waiting: the window opens at 02:00.\n  web is held`, 'm'),
    )
    expect(said).not.toContain('rejected')
  })

  it('tells why a release was given up, with the evidence, made safe for a terminal', async () => {
    const device = await deviceThatSaid({ rejected: rejection() })
    const said = await terminal.ok('device', 'explain', device)
    expect(said).toContain('Release 2-bad was rejected 3 min ago (crash-loop): web does not stay up.')
    expect(said).toContain('  web: web ended with exit code 137')
    expect(said).toContain('    exit code: 137\n    killed for want of memory\n')
    expect(said).toContain('    its health check printed:\n      connection refused\n')
    expect(said).toContain('    its last log lines:\n      allocating\n      still allocating\n')
    expect(await terminal.json('device', 'explain', device)).toMatchObject({
      id: device,
      activity: 'waiting',
      rejected: { code: 'crash-loop', services: { web: { exitCode: 137 } } },
      openCommands: [],
    })
  })

  it('stands out in the list of fleets where a device is failing', async () => {
    const { board } = await fleet.addBoard()
    await board.report({ generation: 1, activity: 'failing', apps: {} })
    expect(await terminal.ok('fleet', 'list')).toMatch(/ 1 failing +main /)
  })

  it('tells how a first release fares that has nothing to go back to', async () => {
    const lastFailure = rejection()
    const trial = { releaseId: lastFailure.releaseId, failures: 2, lastFailure }
    const said = await terminal.ok('device', 'explain', await deviceThatSaid({ trial }))
    expect(said).toContain('Release 2-bad has failed 2 times on trial and is tried again')
    expect(said).toContain('Last failure 3 min ago (crash-loop): web does not stay up.')
  })
})
