import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../processes/ports.js'
import { waitFor } from '../processes/wait.js'
import { demoSettings, lockHome } from './home.js'

describe('the folder of the demo', () => {
  let home: string
  const servers: Server[] = []
  const children: ChildProcess[] = []

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
  })
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
    for (const child of children.splice(0)) child.kill('SIGKILL')
    rmSync(home, { recursive: true })
  })

  async function takenPort(): Promise<number> {
    const server = createServer()
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
    return (server.address() as AddressInfo).port
  }

  it('keeps the ports of the first start', async () => {
    const wanted = { port: await freePort(), registryPort: await freePort() }
    const first = await demoSettings(home, wanted)
    expect(first).toMatchObject({ address: '127.0.0.1', ...wanted })
    expect(await demoSettings(home, {})).toEqual(first)
    const other = await freePort()
    expect(await demoSettings(home, { port: other })).toEqual({ ...first, port: other })
  })

  it('says what to do where a port is taken that it has to use', async () => {
    const port = await takenPort()
    const starting = demoSettings(home, { port })
    await expect(starting).rejects.toThrow(`Port ${port} is in use by another program.`)
    await expect(starting).rejects.toThrow(`npm start -- --port ${port + 1}`)
    expect(existsSync(join(home, 'settings.json'))).toBe(false)
  })

  it('is used by one start at a time', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'start.mjs'])
    children.push(other)
    const commandLine = () => readFileSync(`/proc/${other.pid}/cmdline`, 'utf8')
    await waitFor(() => commandLine().includes('start.mjs'), { what: 'the other start runs' })
    writeFileSync(join(home, 'running.pid'), String(other.pid))
    expect(() => lockHome(home)).toThrow(`runs already with the data in ${home} (process ${other.pid})`)
  })

  it('is free again after a crash, whatever runs under that number now', () => {
    writeFileSync(join(home, 'running.pid'), String(process.ppid))
    const unlock = lockHome(home)
    expect(existsSync(join(home, 'running.pid'))).toBe(true)
    unlock()
    expect(existsSync(join(home, 'running.pid'))).toBe(false)
  })
})
