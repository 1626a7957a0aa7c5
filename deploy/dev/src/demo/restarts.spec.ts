import { afterEach, describe, expect, it } from '@jest/globals'
import { startProcess, type RunningProcess } from '../processes/process.js'
import { waitFor } from '../processes/wait.js'
import { Lifetime } from './lifetime.js'
import { Restarts } from './restarts.js'

describe('a crash while the demo runs', () => {
  const running: RunningProcess[] = []

  afterEach(async () => {
    for (const program of running.splice(0)) await program.stop()
  })

  async function start(name: string, restarts: Restarts): Promise<void> {
    const { onCrash } = restarts
    running.push(await startProcess({ name, command: 'sleep', args: ['1000'], onCrash }))
  }

  it('starts a program of Flotilla again', async () => {
    const lifetime = new Lifetime()
    const restarts = new Restarts(lifetime, '/logs')
    restarts.add('worker', () => start('worker', restarts))
    await start('worker', restarts)
    running[0]?.kill('SIGKILL')
    await waitFor(() => running.length === 2, { what: 'it runs again' })
    expect(running[1]?.isRunning()).toBe(true)
    expect(lifetime.signal.aborted).toBe(false)
  })

  it('ends the demo where a server is lost', async () => {
    const lifetime = new Lifetime()
    await start('postgres', new Restarts(lifetime, '/logs'))
    running[0]?.kill('SIGKILL')
    await lifetime.untilEnd()
    await expect(lifetime.stop()).rejects.toThrow('postgres ended by SIGKILL.\n  Its log is in /logs.')
  })

  it('stops everything in turn, from the last, whatever fails', async () => {
    const lifetime = new Lifetime()
    const stopped: string[] = []
    lifetime.onStop(() => Promise.resolve(void stopped.push('engine')))
    lifetime.onStop(() => Promise.reject(new Error('the registry hangs')))
    lifetime.onStop(() => Promise.resolve(void stopped.push('api')))
    await expect(lifetime.stop()).rejects.toThrow('the registry hangs')
    expect(stopped).toEqual(['api', 'engine'])
  })
})
