import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { Redis } from 'ioredis'
import { type BusListener, type BusMessage, LiveBus } from './live-bus.js'
import { Subscribers } from './subscribers.js'

// Every change is told before its request is answered: a Redis that says nothing must not hold it up for long.
const PATIENCE_MS = 2_000
// Who only listens never learns that the way to the other side is cut: it asks for the same again now and then.
const ASK_EVERY_MS = 10_000

/** Redis pub/sub, where the rates are too high for Postgres. */
@Injectable()
export class RedisLiveBus extends LiveBus implements OnModuleDestroy {
  private readonly log = new Logger('live')
  private readonly subscribers = new Subscribers()
  private readonly speaker: Redis
  private readonly hearer: Redis
  private readonly channel: string
  private readonly asking: NodeJS.Timeout
  private heardBefore = false

  constructor(url: string, askEveryMs = ASK_EVERY_MS) {
    super()
    // Redis publishes to all of its databases: two installations on one server must not hear each other.
    this.channel = `flotilla:live${new URL(url).pathname}`
    // Whom nothing is answered for so long makes another connection.
    const socketTimeout = askEveryMs
    this.speaker = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: PATIENCE_MS, socketTimeout })
    this.hearer = new Redis(url, { maxRetriesPerRequest: null, socketTimeout })
    for (const client of [this.speaker, this.hearer]) {
      client.on('error', (err: Error) => this.log.warn({ message: 'redis lost', err }))
    }
    this.hearer.on('message', (_channel, payload) => {
      for (const message of JSON.parse(payload) as BusMessage[]) this.subscribers.tell(message)
    })
    this.hearer.on('ready', () => {
      if (this.heardBefore) this.subscribers.tellGap()
      this.heardBefore = true
    })
    this.ask()
    this.asking = setInterval(() => this.ask(), askEveryMs)
  }

  onModuleDestroy(): void {
    clearInterval(this.asking)
    this.speaker.disconnect()
    this.hearer.disconnect()
  }

  private ask(): void {
    this.hearer.subscribe(this.channel).catch((err: unknown) => this.log.warn({ message: 'subscribe failed', err }))
  }

  async publish(messages: BusMessage[]): Promise<void> {
    // Redis may be away without anything but speed being lost.
    await this.speaker
      .publish(this.channel, JSON.stringify(messages))
      .catch((err: unknown) => this.log.warn({ message: 'publish failed', err }))
  }

  subscribe(listener: BusListener, onGap?: () => void): () => void {
    return this.subscribers.add(listener, onGap)
  }
}
