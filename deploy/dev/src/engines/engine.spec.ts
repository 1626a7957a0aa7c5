import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { baseImageName, makeBaseImages } from '../base-images/base-images.js'
import { ownPlatform } from '../base-images/busybox.js'
import { runContainer } from '../testing/containers.js'
import { waitFor } from '../processes/wait.js'
import { startEngine, type EngineOptions, type RunningEngine } from './engine.js'
import { ownerOf } from './names.js'
import { removeRemains } from './remains.js'

const IMAGE = baseImageName(ownPlatform())
const running: RunningEngine[] = []

async function start(options: EngineOptions = {}): Promise<RunningEngine> {
  const engine = await startEngine(options)
  running.push(engine)
  return engine
}

/** Processes, mounts, interfaces, namespaces and folders that carry the name of a run of process `pid`. */
function thingsOf(pid: number): string[] {
  const processes = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`/flotilla-${pid}-`)
    } catch {
      return false
    }
  })
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`/flotilla-${pid}-`))
  const folders = ['/run', '/run/netns', tmpdir(), '/sys/class/net'].filter(existsSync)
  const named = folders.flatMap((folder) => readdirSync(folder)).filter((name) => ownerOf(name) === pid)
  return [...processes, ...mounts, ...named]
}

/** A killed process may stay in the list as a zombie until its new parent looks. */
function isAlive(pid: string | number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop()
})

describe('startEngine', () => {
  it('runs containers, and leaves nothing of itself behind', async () => {
    const engine = await start()
    await makeBaseImages(engine.docker)
    expect(await runContainer(engine.docker, IMAGE, ['echo', 'hello'])).toContain('hello')
    const forgotten = await engine.docker.createContainer({
      Image: IMAGE,
      Cmd: ['sleep', '1000'],
      StopSignal: 'SIGKILL',
    })
    await forgotten.start()
    await engine.stop()
    expect(thingsOf(process.pid)).toEqual([])
  })

  it('gets along with a second one', async () => {
    const engines = [await start(), await start()]
    await makeBaseImages(engines[0]!.docker)
    expect(await engines[1]!.docker.listImages()).toEqual([])
  })

  describe('with a folder', () => {
    let dataDir: string

    beforeAll(() => {
      dataDir = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    })
    afterAll(() => rmSync(dataDir, { recursive: true }))

    it('keeps what it has over a stop', async () => {
      const first = await start({ dataDir })
      await makeBaseImages(first.docker)
      await first.stop()
      const second = await start({ dataDir })
      expect((await second.docker.listImages()).map(({ RepoTags }) => RepoTags)).toEqual([[IMAGE]])
    })

    it('takes the bridges of its networks with it, and has them again when it goes on', async () => {
      const bridgeOf = (id: string) => `/sys/class/net/br-${id.slice(0, 12)}`
      const first = await start({ dataDir })
      await makeBaseImages(first.docker)
      const { id } = await first.docker.createNetwork({ Name: 'backend' })
      expect(existsSync(bridgeOf(id))).toBe(true)
      await first.stop()
      expect(existsSync(bridgeOf(id))).toBe(false)
      const second = await start({ dataDir })
      expect(existsSync(bridgeOf(id))).toBe(true)
      await second.docker.getNetwork(id).remove()
    })

    it('loses its containers in a power cut, and goes on with its data', async () => {
      const engine = await start({ dataDir })
      await makeBaseImages(engine.docker)
      const container = await engine.docker.createContainer({
        Image: IMAGE,
        Cmd: ['sleep', '1000'],
        StopSignal: 'SIGKILL',
      })
      await container.start()
      const { State } = await container.inspect()
      await engine.kill()
      expect(isAlive(State.Pid)).toBe(false)
      await engine.start()
      expect((await container.inspect()).State.Running).toBe(false)
      await container.start()
    })
  })

  it('removes what a killed run left: engine, container, device and link', async () => {
    const script = `
      import { register } from 'node:module'
      register('./jest/typescript-hooks.mjs', 'file://${process.cwd()}/')
      const dev = await import('./src/index.ts')
      const network = await dev.startDeviceNetwork()
      const { engine } = await dev.startDeviceEngine({ network })
      await dev.makeBaseImages(engine.docker)
      const container = await engine.docker.createContainer({ Image: '${IMAGE}', Cmd: ['sleep', '1000'], StopSignal: 'SIGKILL' })
      await container.start()
      console.log((await container.inspect()).State.Pid)
      console.log(engine.socket)`
    const args = ['--no-warnings', '--input-type=module', '-e', script]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    await waitFor(() => lines.length === 2, { what: 'the other run has its container' })
    expect(thingsOf(child.pid!)).not.toEqual([])
    const [container, socket] = lines as [string, string]
    child.kill('SIGKILL')
    await once(child, 'exit')
    await removeRemains()
    expect(thingsOf(child.pid!)).toEqual([])
    expect(existsSync(dirname(socket))).toBe(false)
    expect(isAlive(container)).toBe(false)
  })

  it('leaves alone what a running process has', async () => {
    const engine = await start()
    await removeRemains()
    expect(String(await engine.docker.ping())).toBe('OK')
  })
})
