import type { Requests, Step } from '@flotilla/reconcile'
import { describe, expect, it } from '@jest/globals'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { TerminalError } from '../errors.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument } from '../testing/memory-store.js'
import { createVolumeStep } from '../testing/steps.js'
import { RequestsKeeper } from '../requests-keeper.js'
import { Repositories } from './repositories.js'
import { StepRunner } from './run-step.js'
import type { StepHandlers } from './step-handlers.js'

describe('carrying out a step', () => {
  const daemon = new FakeDaemon(new FakeClock())
  const cloud = { registryToken: () => Promise.reject(new Error('no cloud')) }
  const repositories = new Repositories(new MemoryDocument<string[]>())
  const requests = new RequestsKeeper(new MemoryDocument<Requests>())
  const engine = new FakeEngine('device', daemon)
  const context = { signal: new AbortController().signal, onProgress: () => undefined }
  const run = (step: Step, handlers?: StepHandlers) =>
    new StepRunner(engine, cloud, { repositories, requests }, { steps: handlers }).run(step, context)

  it('is the engine’s part for what is in it', async () => {
    await engine.createVolume(createVolumeStep('data'))
    await run({ kind: 'remove-volume', appId: 'app', key: 'data', name: 'data', reason: 'it is to be emptied' })
    expect(daemon.volumes.size).toBe(0)
  })

  it('takes what was asked for and is done from the requests', async () => {
    await requests.edit(() => ({ stopped: [], purge: ['data', 'logs'], forced: {} }))
    await run({ kind: 'remove-volume', appId: 'app', key: 'data', name: 'data', reason: 'it is to be emptied' })
    expect(requests.requests.purge).toEqual(['logs'])
  })

  it('forgets that a restart was asked for before it restarts, lest it restart for ever', async () => {
    await requests.edit((it) => ({ ...it, power: { kind: 'reboot', force: false, reason: 'somebody asked' } }))
    let seen: Requests | undefined
    await run(
      { kind: 'reboot', reason: 'somebody asked' },
      { reboot: () => Promise.resolve(void (seen = requests.requests)) },
    )
    expect(seen).toEqual({ stopped: [], purge: ['logs'], forced: {} })
  })

  it('is that part’s which brought a handler for the kind, with the whole step', async () => {
    const done: Step[] = []
    const step: Step = { kind: 'set-hostname', hostname: 'porch' }
    await run(step, { 'set-hostname': (it) => Promise.resolve(void done.push(it)) })
    expect(done).toEqual([step])
  })

  it('is refused for good where nobody on this board can do it', async () => {
    const step: Step = { kind: 'reboot', reason: 'somebody asked for it' }
    await expect(run(step, { shutdown: () => Promise.resolve() })).rejects.toThrow(TerminalError)
  })
})
