import { type Api, connect } from './api/connect.js'
import { CommandError } from './command-error.js'
import type { Config } from './config.js'
import { CredentialStore } from './credentials/credential-store.js'
import { parseServerAddress } from './credentials/server-address.js'
import { EXIT } from './exit-codes.js'
import type { Io } from './io.js'
import { Output } from './output/output.js'

export interface GlobalOptions {
  json?: boolean
  server?: string
}

/** A server, and the token that it knows us by. */
export interface Session {
  server: string
  token: string
  api: Api
}

/** What the commands of one run work with. */
export class Context {
  readonly credentials: CredentialStore

  constructor(
    readonly io: Io,
    readonly config: Config,
    private readonly globals: () => GlobalOptions,
  ) {
    this.credentials = new CredentialStore(config.credentialsFile)
  }

  get output(): Output {
    return new Output(this.io, { json: this.globals().json === true, colour: this.config.colour })
  }

  /** --server, else FLOTILLA_SERVER, else the one signed in to last. */
  async server(): Promise<string | undefined> {
    const chosen = this.globals().server ?? this.config.server ?? (await this.credentials.read()).current
    return chosen === undefined ? undefined : parseServerAddress(chosen)
  }

  async session(): Promise<Session> {
    const server = await this.server()
    if (server === undefined) throw notSignedIn('You are not signed in to a server.', 'https://flotilla.example.com')
    const token = await this.tokenFor(server)
    if (token === undefined) throw notSignedIn(`You are not signed in to ${server}.`, server)
    return { server, token, api: this.connect(server, token) }
  }

  async api(): Promise<Api> {
    return (await this.session()).api
  }

  connect(server: string, token?: string): Api {
    return connect(server, token, this.io)
  }

  async tokenFor(server: string): Promise<string | undefined> {
    return this.config.token ?? (await this.credentials.read()).servers[server]?.token
  }
}

function notSignedIn(detail: string, server: string): CommandError {
  return new CommandError('not-signed-in', EXIT.forbidden, detail, { hint: `Run: flotilla login ${server}` })
}
