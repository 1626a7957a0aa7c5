import { afterEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HookDoor } from './hook-door.js'

// Listens, as the door does, and is killed.
const KILLED = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`

describe('the door of the hooks', () => {
  const doors: HookDoor[] = []
  afterEach(async () => {
    for (const door of doors.splice(0)) await door.onModuleDestroy()
  })

  async function open(): Promise<HookDoor> {
    const door = new HookDoor()
    await door.onModuleInit()
    doors.push(door)
    return door
  }

  it('removes at its start what killed processes left, and nothing of those that run or begin', async () => {
    const running = await open()
    const [left, begun] = [
      await mkdtemp(join(tmpdir(), 'flotilla-git-')),
      await mkdtemp(join(tmpdir(), 'flotilla-git-')),
    ]
    expect(spawnSync(process.execPath, ['-e', KILLED, join(left, 'door.sock')]).signal).toBe('SIGKILL')
    expect(existsSync(join(left, 'door.sock'))).toBe(true)
    const next = await open()
    const isThere = [left, begun, running.hooksPath, next.hooksPath].map((folder) => existsSync(folder))
    await rm(begun, { recursive: true })
    expect(isThere).toEqual([false, true, true, true])
  })
})
