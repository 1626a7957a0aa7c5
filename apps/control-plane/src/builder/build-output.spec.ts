import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type BuildContractServer, startBuildContractServer } from '../testing/build-contract-server.js'
import { BuildOutputStream } from './build-output.js'
import { ControlPlaneClient } from './control-plane-client.js'

describe('the output of a build', () => {
  let server: BuildContractServer
  let output: BuildOutputStream
  const lost: unknown[] = []
  beforeEach(async () => {
    const order = { buildId: randomUUID(), tasks: [], registry: { host: 'x', token: 'x' }, timeLeftMs: 60_000 }
    server = await startBuildContractServer(order, Buffer.alloc(0), 'job-token')
    const client = new ControlPlaneClient(server.url, order.buildId, 'job-token')
    output = new BuildOutputStream(client, 1, (error) => lost.push(error))
  })
  afterEach(() => server.close())

  it.each([
    ['many', 210_000, 'x'],
    ['long', 6_000, 'x'.repeat(4_000)],
  ])('ends with a word where its lines are too %s, and still tells how the build ended', async (_what, count, text) => {
    for (let line = 0; line < count; line++) output.write({ kind: 'output', text })
    output.write({ kind: 'error', text: 'It failed.' })
    await output.close()
    expect(lost).toEqual([])
    expect(server.lines.length).toBeLessThan(count)
    expect(server.lines.map(({ number }) => number)).toEqual(server.lines.map((_, at) => at + 1))
    expect(server.lines.slice(-2).map((line) => line.text)).toEqual([
      'More output than is kept: the rest is left out.',
      'It failed.',
    ])
  })
})
