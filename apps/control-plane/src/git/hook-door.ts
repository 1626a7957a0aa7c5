import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { anySignal } from 'any-signal'
import { z } from 'zod'

export type HookName = 'pre-receive' | 'proc-receive'

/** A hook that git runs, as the api sees it. */
export interface HookCall {
  hook: HookName
  // The quarantine in which the objects of the push are; empty once they are taken.
  environment: Record<string, string>
  options: string[]
  // Aborted when git gave up the push, or this process stops.
  signal: AbortSignal
  // What git says to the hook.
  input: AsyncIterable<Buffer>
  /** To the pusher's terminal, as `remote:` lines. */
  say(text: string): void
  /** To git. */
  answer(text: string): void
}

/** Gives the hook's exit code. */
export type HookHandler = (call: HookCall) => Promise<number>

const HookHeaderSchema = z.object({
  push: z.string(),
  hook: z.enum(['pre-receive', 'proc-receive']),
  environment: z.record(z.string(), z.string()),
  options: z.array(z.string()),
})

const PREFIX = 'flotilla-git-'
const SOCKET = 'door.sock'
const FAREWELL_MS = 10_000
const HOOKS: readonly HookName[] = ['pre-receive', 'proc-receive']
const SCRIPT = fileURLToPath(new URL('./hook/receive-hook.js', import.meta.url))

/**
 * Where git's hooks come back to us: a unix socket in a folder of our own, beside the hooks themselves. Each push has
 * an id that only its own git process is told.
 */
@Injectable()
export class HookDoor implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('git')
  private readonly handlers = new Map<string, HookHandler>()
  private readonly sockets = new Set<Socket>()
  private readonly stopping = new AbortController()
  private readonly served = new Set<Promise<void>>()
  private server: Server | undefined
  private folder = ''

  /** For git's `core.hooksPath`. */
  get hooksPath(): string {
    return this.folder
  }

  async onModuleInit(): Promise<void> {
    await removeLeftDoors(tmpdir()).catch((err: unknown) => this.log.warn({ message: 'left doors not removed', err }))
    // 0700: whoever may connect could speak for a push.
    this.folder = await mkdtemp(join(tmpdir(), PREFIX))
    const socketPath = join(this.folder, SOCKET)
    for (const hook of HOOKS) {
      const script = `#!/bin/sh\nexec '${process.execPath}' '${SCRIPT}' '${socketPath}' ${hook}\n`
      await writeFile(join(this.folder, hook), script, { mode: 0o700 })
    }
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      const serving = this.serve(socket).finally(() => this.served.delete(serving))
      this.served.add(serving)
    })
    await new Promise<void>((resolve) => this.server?.listen(socketPath, resolve))
  }

  /** Pushes under way get to tell their pushers. */
  async onModuleDestroy(): Promise<void> {
    this.server?.close()
    this.stopping.abort()
    await Promise.race([Promise.all(this.served), sleep(FAREWELL_MS, undefined, { ref: false })])
    for (const socket of this.sockets) socket.destroy()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Answers the hooks of one push until `forget`. */
  expect(pushId: string, handler: HookHandler): { forget(): void } {
    this.handlers.set(pushId, handler)
    return { forget: () => void this.handlers.delete(pushId) }
  }

  private async serve(socket: Socket): Promise<void> {
    const gone = new AbortController()
    const signal = anySignal([gone.signal, this.stopping.signal])
    this.sockets.add(socket)
    socket.on('close', () => {
      this.sockets.delete(socket)
      gone.abort()
    })
    socket.on('error', () => undefined)
    const send = (message: object) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
    }
    try {
      const { header, input } = await readHeader(socket)
      const handler = this.handlers.get(header.push)
      const { hook, environment, options } = header
      const say = (text: string) => send({ say: text })
      const answer = (text: string) => send({ answer: text })
      const call = { hook, environment, options, input, say, answer, signal }
      send({ exit: handler ? await handler(call) : 1 })
    } catch (err) {
      this.log.error({ message: 'hook failed', err })
      send({ say: ' !     Something went wrong on the server; nothing was changed. Push again.' })
      send({ exit: 1 })
    } finally {
      signal.clear()
      await new Promise<void>((resolve) => socket.end(resolve))
    }
  }
}

/** Removes the folders of processes that were killed: at their sockets nobody listens. */
async function removeLeftDoors(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX))
  const folders = names.map((name) => join(parent, name))
  for (const folder of folders) {
    const socket = join(folder, SOCKET)
    // One that begins just now has none yet.
    const isBegun = await stat(socket).then(
      () => true,
      () => false,
    )
    if (isBegun && !(await readFile('/proc/net/unix', 'utf8')).includes(` ${socket}\n`))
      await rm(folder, { recursive: true, force: true })
  }
}

/** The first line, and an iterable over all that comes behind it. */
async function readHeader(socket: Socket) {
  // Not the socket itself: it would be destroyed when it was read to its end, and the answer with it.
  const chunks: AsyncIterator<Buffer, undefined> = socket.pipe(new PassThrough())[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let end = -1
  while (end < 0) {
    const next = await chunks.next()
    if (next.done) throw new Error('A hook said nothing')
    head = Buffer.concat([head, next.value])
    end = head.indexOf('\n')
  }
  async function* input(): AsyncGenerator<Buffer> {
    yield head.subarray(end + 1)
    for (;;) {
      const next = await chunks.next()
      if (next.done) return
      yield next.value
    }
  }
  return { header: HookHeaderSchema.parse(JSON.parse(head.subarray(0, end).toString())), input: input() }
}
