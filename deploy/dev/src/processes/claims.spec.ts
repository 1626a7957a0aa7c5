import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { claim, oneAtATime } from './claims.js'
import { startProcess } from './process.js'
import { waitFor } from './wait.js'

describe('a claim', () => {
  it('is one’s own until it is given up', async () => {
    const name = randomUUID()
    const end = await claim(name)
    expect(await claim(name)).toBeUndefined()
    expect(await claim(`${name}-other`)).toBeDefined()
    end?.()
    await waitFor(() => claim(name), { what: 'the name is free again' })
  })

  it('ends with its process, however that ends', async () => {
    const name = randomUUID()
    const script = `
      import { register } from 'node:module'
      register('./jest/typescript-hooks.mjs', 'file://${process.cwd()}/')
      const { claim } = await import('./src/processes/claims.ts')
      await claim('${name}')
      console.log('claimed')
      setInterval(() => {}, 1000)`
    const args = ['--no-warnings', '--input-type=module', '-e', script]
    const other = await startProcess({ name: 'other', command: process.execPath, args, ready: /claimed/ })
    expect(await claim(name)).toBeUndefined()
    other.kill('SIGKILL')
    await waitFor(() => claim(name), { what: 'the name is free again' })
  })

  it('keeps what must not be done twice at a time in turn', async () => {
    const name = randomUUID()
    const seen: string[] = []
    const work = (what: string) => async () => {
      seen.push(`${what} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(`${what} ends`)
    }
    await Promise.all([oneAtATime(name, work('one')), oneAtATime(name, work('two'))])
    expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
  })
})
