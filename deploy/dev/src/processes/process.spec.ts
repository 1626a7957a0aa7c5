import { afterEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { freePort, freePortFrom, isPortFree } from './ports.js'
import { startProcess, type ProcessExit, type ProcessOptions, type RunningProcess } from './process.js'
import { waitFor } from './wait.js'
import { createServer } from 'node:net'

const started: RunningProcess[] = []

async function start(script: string, options: Partial<ProcessOptions> = {}): Promise<RunningProcess> {
  const child = await startProcess({ name: 'program', command: process.execPath, args: ['-e', script], ...options })
  started.push(child)
  return child
}

afterEach(async () => {
  for (const child of started.splice(0)) await child.stop()
})

const forEver = 'setInterval(() => {}, 1000)'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('startProcess', () => {
  it('is there when the line that says so has appeared, and collects the output in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    const logFile = join(folder, 'logs', 'program.log')
    const lines: string[] = []
    const child = await start(`console.log('one'); console.error('listening'); ${forEver}`, {
      ready: /listening/,
      logFile,
      onLine: (line) => lines.push(line),
    })
    expect(lines.sort()).toEqual(['listening', 'one'])
    expect(child.isRunning()).toBe(true)
    await child.stop()
    expect(readFileSync(logFile, 'utf8').split('\n').filter(Boolean).sort()).toEqual(['listening', 'one'])
    rmSync(folder, { recursive: true })
  })

  it('asks a probe again until it is answered with true', async () => {
    let asked = 0
    const child = await start(forEver, { ready: () => Promise.resolve(++asked === 3) })
    expect(asked).toBe(3)
    expect(isAlive(child.pid)).toBe(true)
  })

  it('fails with the last lines of a program that ends before it is ready', async () => {
    const starting = start(`console.error('no disk'); process.exit(3)`, { ready: /listening/ })
    await expect(starting).rejects.toThrow(/program did not start\.\nno disk/)
    await expect(starting).rejects.toMatchObject({ cause: { message: 'program ended with exit code 3.' } })
  })

  it('fails for a program that does not exist', async () => {
    await expect(start('', { command: '/nowhere/to/be/found', ready: /x/ })).rejects.toThrow('did not start')
  })

  it('stops a program that never becomes ready', async () => {
    let pid = 0
    const starting = start(`console.log(process.pid); ${forEver}`, {
      // It is asked until the time is over, which a program that begins slowly must not outlive.
      ready: async () => {
        await waitFor(() => pid > 0, { what: 'the program has begun' })
        return false
      },
      readyTimeoutMs: 100,
      onLine: (line) => (pid = Number(line)),
    })
    await expect(starting).rejects.toThrow('did not start')
    expect(isAlive(pid)).toBe(false)
  })

  it('stops kindly, and by force where that does not help', async () => {
    const kind = await start(`process.on('SIGTERM', () => process.exit(7)); console.log('up'); ${forEver}`, {
      ready: /up/,
    })
    await kind.stop()
    expect(await kind.exited).toMatchObject({ code: 7, signal: null })
    const stubborn = await start(`process.on('SIGTERM', () => {}); console.log('up'); ${forEver}`, {
      ready: /up/,
      stopTimeoutMs: 100,
    })
    await stubborn.stop()
    expect(await stubborn.exited).toMatchObject({ signal: 'SIGKILL' })
    await stubborn.stop()
  })

  it('notices a crash, but calls a stop none', async () => {
    const crashes: ProcessExit[] = []
    const options = { ready: /up/, onCrash: (exit: ProcessExit) => crashes.push(exit) }
    const crashing = await start(`console.log('up'); ${forEver}`, options)
    const stopped = await start(`console.log('up'); ${forEver}`, options)
    await stopped.stop()
    crashing.kill('SIGSEGV')
    await crashing.exited
    expect(crashes).toMatchObject([{ name: 'program', signal: 'SIGSEGV', lastLines: ['up'] }])
  })

  it('leaves no program behind when its parent is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--no-warnings',
        '--input-type=module',
        '-e',
        `import { register } from 'node:module'
         register('./jest/typescript-hooks.mjs', 'file://${process.cwd()}/')
         const { startProcess } = await import('./src/processes/process.ts')
         const args = ['-c', 'echo up; exec sleep 1000']
         const child = await startProcess({ name: 'child', command: 'sh', args, ready: /up/ })
         console.log(child.pid)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line)
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await waitFor(() => !isAlive(pid), { what: 'the child is gone' })
  })
})

describe('ports', () => {
  it('finds a port that is free, and skips those that are not', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '0.0.0.0', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(await isPortFree(port)).toBe(false)
    expect(await freePortFrom(port)).toBeGreaterThan(port)
    expect(await isPortFree(await freePort())).toBe(true)
    await new Promise((resolve) => taken.close(resolve))
  })
})
