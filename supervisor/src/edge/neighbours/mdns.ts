/*
 * Finds the devices of a fleet on the local network by multicast DNS (RFC 6762, 6763), service _flotilla._tcp. What is
 * said there is seen by everybody, so it names no fleet: only a mark by which those who have its key know each other.
 */
import makeMdns, { type MulticastDNS } from 'multicast-dns'
import type { Neighbour } from '../../neighbours/ports.js'

const SERVICE = '_flotilla._tcp.local'
const TTL_SECONDS = 120
// Those who are there say so without being asked, now and then.
const TELL_MS = 60_000
// A fleet on one network; more would be somebody playing tricks.
const MOST_NEIGHBOURS = 256
const DEVICE = /^[0-9a-f-]{36}$/

export interface Announcement {
  deviceId: string
  // 32 hex digits.
  mark: string
  port: number
}

export class MdnsPresence {
  private readonly heard = new Map<string, { neighbour: Neighbour; until: number }>()
  private readonly timer: NodeJS.Timeout

  private constructor(
    private readonly mdns: MulticastDNS,
    private readonly self: Announcement,
  ) {
    mdns.on('query', ({ questions }) => {
      if (questions.some(({ name, type }) => name === SERVICE && ['PTR', 'ANY'].includes(type))) this.tell()
    })
    mdns.on('response', ({ answers, additionals }, { address }) => this.hear([...answers, ...additionals], address))
    this.timer = setInterval(() => this.tell(), TELL_MS)
    this.tell()
    this.look()
  }

  /** Rejects where the network or its port is not to be had. */
  static async open(
    self: Announcement,
    { networkInterface, port }: { networkInterface?: string; port?: number } = {},
  ): Promise<MdnsPresence> {
    const mdns = makeMdns({ reuseAddr: true, interface: networkInterface, bind: '0.0.0.0', port })
    // A network that comes and goes is no error: what cannot be sent is not heard.
    mdns.on('warning', () => undefined)
    try {
      await new Promise<void>((resolve, reject) => {
        mdns.once('ready', () => resolve())
        // Not once: that a port is taken is told twice, and what nobody listens to would end the process.
        mdns.on('error', reject)
      })
    } catch (error) {
      // It is tried again every minute, and each time has a socket of its own.
      mdns.destroy()
      throw error
    }
    return new MdnsPresence(mdns, self)
  }

  neighbours(): Neighbour[] {
    const now = performance.now()
    for (const [deviceId, { until }] of this.heard) if (until < now) this.heard.delete(deviceId)
    return [...this.heard.values()].map(({ neighbour }) => neighbour)
  }

  look(): void {
    this.mdns.query({ questions: [{ name: SERVICE, type: 'PTR' }] })
  }

  /** Says goodbye, so that nobody waits for it. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    this.tell(0)
    await new Promise<void>((resolve) => setImmediate(() => this.mdns.destroy(resolve)))
  }

  private tell(ttl = TTL_SECONDS): void {
    const { deviceId, mark, port } = this.self
    const name = `${deviceId}.${SERVICE}`
    this.mdns.respond({
      answers: [
        { name: SERVICE, type: 'PTR', ttl, data: name },
        { name, type: 'SRV', ttl, data: { port, target: `${deviceId}.local` } },
        { name, type: 'TXT', ttl, data: [`mark=${mark}`] },
      ],
    })
  }

  /** The address is whence it came: a device need not know its own. */
  private hear(
    records: readonly { type: string; name: string; ttl?: number; data?: unknown }[],
    address: string,
  ): void {
    for (const { name, ttl = 0, data } of records.filter(({ type }) => type === 'SRV')) {
      const deviceId = name.endsWith(`.${SERVICE}`) ? name.slice(0, -SERVICE.length - 1) : ''
      if (!DEVICE.test(deviceId) || deviceId === this.self.deviceId) continue
      const text = records.find((record) => record.type === 'TXT' && record.name === name)
      const port = portOf(data)
      if (port === undefined || markOf(text?.data) !== this.self.mark) continue
      if (ttl === 0) this.heard.delete(deviceId)
      else if (this.heard.has(deviceId) || this.heard.size < MOST_NEIGHBOURS) {
        const until = performance.now() + Math.min(ttl, TTL_SECONDS) * 1000
        this.heard.set(deviceId, { neighbour: { deviceId, address, port }, until })
      }
    }
  }
}

function portOf(data: unknown): number | undefined {
  const port: unknown = typeof data === 'object' && data !== null && 'port' in data ? data.port : undefined
  return typeof port === 'number' && port > 0 && port < 65536 ? port : undefined
}

function markOf(data: unknown): string | undefined {
  const texts = (Array.isArray(data) ? data : [data]).map(String)
  return texts.find((text) => text.startsWith('mark='))?.slice('mark='.length)
}
