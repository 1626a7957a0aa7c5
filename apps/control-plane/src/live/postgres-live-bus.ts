import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import pg from 'pg'
import { type BusListener, type BusMessage, LiveBus } from './live-bus.js'
import { Subscribers } from './subscribers.js'

const CHANNEL = 'flotilla_live'
const RECONNECT_MS = 500
// Who only listens never learns that the way to the other side is cut: it asks for the same again now and then.
const ASK_EVERY_MS = 10_000
// Every change is told before its request is answered: a Postgres that says nothing must not hold it up for long.
const PATIENCE_MS = 5_000
// Postgres refuses payloads of 8000 bytes and more.
const MESSAGES_PER_NOTIFY = 20

/** LISTEN/NOTIFY: one connection to hear, the pool of one to speak. */
@Injectable()
export class PostgresLiveBus extends LiveBus implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('live')
  private readonly subscribers = new Subscribers()
  private readonly speaker: pg.Pool
  private hearer: pg.Client | undefined
  private retry: NodeJS.Timeout | undefined
  private closed = false

  constructor(
    private readonly url: string,
    private readonly askEveryMs = ASK_EVERY_MS,
  ) {
    super()
    const patience = { connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS }
    this.speaker = new pg.Pool({ connectionString: url, max: 2, application_name: 'flotilla-live', ...patience })
    this.speaker.on('error', (err) => this.log.warn({ message: 'speaker lost', err }))
  }

  async onModuleInit(): Promise<void> {
    await this.connect()
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true
    clearTimeout(this.retry)
    await this.hearer?.end().catch(() => undefined)
    await this.speaker.end()
  }

  async publish(messages: BusMessage[]): Promise<void> {
    for (let at = 0; at < messages.length; at += MESSAGES_PER_NOTIFY) {
      const payload = JSON.stringify(messages.slice(at, at + MESSAGES_PER_NOTIFY))
      await this.speaker.query('SELECT pg_notify($1, $2)', [CHANNEL, payload])
    }
  }

  subscribe(listener: BusListener, onGap?: () => void): () => void {
    return this.subscribers.add(listener, onGap)
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'flotilla-live', keepAlive: true })
    client.on('notification', ({ payload }) => {
      for (const message of JSON.parse(payload ?? '[]') as BusMessage[]) this.subscribers.tell(message)
    })
    client.on('error', (err) => this.log.warn({ message: 'hearer lost', err }))
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    this.hearer = client
    // Only now: a client that never connected ends too, and its failure has been thrown already.
    const asking = setInterval(() => void this.ask(client), this.askEveryMs)
    client.once('end', () => {
      clearInterval(asking)
      this.reconnect()
    })
  }

  /** Gives the connection up, and thereby makes a new one, where nothing is answered until it is asked again. */
  private async ask(client: pg.Client): Promise<void> {
    const tooLong = setTimeout(() => void client.end().catch(() => undefined), this.askEveryMs)
    await client.query(`LISTEN ${CHANNEL}`).catch(() => undefined)
    clearTimeout(tooLong)
  }

  private reconnect(): void {
    if (this.closed) return
    this.retry = setTimeout(() => {
      this.connect().then(
        () => this.subscribers.tellGap(),
        () => this.reconnect(),
      )
    }, RECONNECT_MS)
  }
}
