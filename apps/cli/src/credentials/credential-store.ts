import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'

export interface SavedServer {
  token: string
  /** Whose token it is. */
  email: string
  /** A session ends when we sign out; an API token was made elsewhere and outlives us. */
  kind: 'session' | 'api-token'
}

export interface Credentials {
  /** The server that was signed in to last. */
  current?: string
  servers: Record<string, SavedServer>
}

/** The file with a token for each server. Only its owner may read it, and it is never half written. */
export class CredentialStore {
  constructor(readonly file: string) {}

  async read(): Promise<Credentials> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw this.unusable(error)
    })
    if (text === undefined) return { servers: {} }
    try {
      return checked(JSON.parse(text))
    } catch (cause) {
      throw this.unusable(cause)
    }
  }

  async save(server: string, saved: SavedServer): Promise<void> {
    const { servers } = await this.read()
    await this.write({ current: server, servers: { ...servers, [server]: saved } })
  }

  async forget(server: string): Promise<void> {
    const { current, servers } = await this.read()
    const rest = Object.fromEntries(Object.entries(servers).filter(([address]) => address !== server))
    await this.write({ current: current === server ? Object.keys(rest)[0] : current, servers: rest })
  }

  private async write(credentials: Credentials): Promise<void> {
    const folder = dirname(this.file)
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}`
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const handle = await open(temporary, 'wx', 0o600)
      try {
        await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, this.file)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw this.unwritable(error)
    }
  }

  private unwritable(cause: unknown): CommandError {
    return new CommandError(
      'credentials-unwritable',
      EXIT.failure,
      `The file ${this.file} cannot be written: ${reasonOf(cause)}.`,
      { cause, hint: 'Mend that, or use FLOTILLA_SERVER and FLOTILLA_TOKEN instead of signing in.' },
    )
  }

  private unusable(cause: unknown): CommandError {
    return new CommandError(
      'credentials-unreadable',
      EXIT.failure,
      `The file ${this.file} cannot be read: ${reasonOf(cause)}.`,
      { cause, hint: 'Mend it, or remove it and run `flotilla login` again.' },
    )
  }
}

function checked(value: unknown): Credentials {
  if (!isObject(value) || !isObject(value.servers)) throw new Error('it holds no servers')
  const servers = Object.entries(value.servers).map(([address, entry]): [string, SavedServer] => {
    if (!isObject(entry) || typeof entry.token !== 'string' || typeof entry.email !== 'string') {
      throw new Error(`the entry of ${address} has no token`)
    }
    const kind = entry.kind === 'session' ? 'session' : 'api-token'
    return [address, { token: entry.token, email: entry.email, kind }]
  })
  return {
    ...(typeof value.current === 'string' && { current: value.current }),
    servers: Object.fromEntries(servers),
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
