import { beforeEach, describe, expect, it } from '@jest/globals'
import { FakeClock } from '../../testing/fake-clock.js'
import { createContainerStep } from '../../testing/steps.js'
import { FakeDaemon } from './fake-daemon.js'
import { FakeEngine } from './fake-engine.js'

describe('the power of the in-memory engine', () => {
  let clock: FakeClock
  let daemon: FakeDaemon
  let engine: FakeEngine
  beforeEach(() => {
    clock = new FakeClock()
    daemon = new FakeDaemon(clock, { pullMs: 1000 })
    engine = new FakeEngine('device', daemon)
    daemon.images.add('image')
  })

  const startService = async (name: string, restart: 'no' | 'always') => {
    await engine.createContainer(createContainerStep(name, { image: 'image', config: { restart: { name: restart } } }))
    await engine.startContainer(daemon.containerOf(name)?.id ?? '')
  }

  it('may go before or after each write: the one never happens, the other is never heard of', async () => {
    const moments: string[] = []
    daemon.moment = (what) => {
      moments.push(what)
      if (what === 'before create-container one' || what === 'after create-container two') throw new Error('dark')
    }
    for (const name of ['one', 'two']) {
      await expect(engine.createContainer(createContainerStep(name, { image: 'image' }))).rejects.toThrow('dark')
    }
    expect(moments).toEqual([
      'before create-container one',
      'before create-container two',
      'after create-container two',
    ])
    expect([daemon.containerOf('one'), daemon.containerOf('two')?.status]).toEqual([undefined, 'created'])
  })

  it('takes containers and downloads with it, and brings back what restarts by itself', async () => {
    await startService('web', 'always')
    await startService('job', 'no')
    daemon.published.add('next')
    const pull = engine.pullFrom('next', { signal: new AbortController().signal })
    await clock.advance(100)
    daemon.cutPower()
    expect(daemon.containerOf('web')).toMatchObject({ status: 'exited', exitCode: 255 })
    await expect(engine.observe([])).rejects.toThrow('does not answer')
    daemon.restorePower()
    const failed = expect(pull).rejects.toThrow('restarted')
    await clock.advance(1000)
    await failed
    expect(daemon.containerOf('web')?.status).toBe('running')
    expect(daemon.containerOf('job')?.status).toBe('exited')
    expect(daemon.images.has('next')).toBe(false)
  })
})
