import { afterEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createDatabase, startRedis, waitFor } from '@flotilla/dev'
import pg from 'pg'
import type { BusMessage, LiveBus } from './live-bus.js'
import { PostgresLiveBus } from './postgres-live-bus.js'
import { RedisLiveBus } from './redis-live-bus.js'

const change = (): BusMessage => ({ topic: 'change', kind: 'device', id: randomUUID() })

describe('live fan-out', () => {
  const undo: (() => Promise<unknown> | void)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  async function postgresUrl(): Promise<string> {
    const database = await createDatabase(process.env.DATABASE_URL ?? '')
    undo.push(() => database.drop())
    return database.url
  }

  async function openPostgres(url: string, askEveryMs?: number): Promise<PostgresLiveBus> {
    const bus = new PostgresLiveBus(url, askEveryMs)
    await bus.onModuleInit()
    undo.push(() => bus.onModuleDestroy())
    return bus
  }

  function openRedis(url: string, askEveryMs?: number): RedisLiveBus {
    const bus = new RedisLiveBus(url, askEveryMs)
    undo.push(() => bus.onModuleDestroy())
    return bus
  }

  function hear(bus: LiveBus): BusMessage[] {
    const heard: BusMessage[] = []
    bus.subscribe((message) => heard.push(message))
    return heard
  }

  it.each(['postgres', 'redis'])('reaches every process over %s, in order', async (kind) => {
    const buses: LiveBus[] = []
    if (kind === 'postgres') {
      const url = await postgresUrl()
      buses.push(await openPostgres(url), await openPostgres(url))
    } else {
      const redis = await startRedis()
      undo.push(() => redis.stop())
      for (let at = 0; at < 2; at++) {
        const bus = new RedisLiveBus(redis.url)
        buses.push(bus)
        undo.push(() => bus.onModuleDestroy())
      }
    }
    const heard = buses.map(hear)
    const messages = Array.from({ length: 100 }, change)
    // A subscription to Redis takes a moment; a first message tells when it is there.
    await waitFor(
      async () => {
        await buses[0]?.publish([{ topic: 'target' }])
        return heard.every((each) => each.length > 0)
      },
      { what: 'both have subscribed' },
    )
    await buses[0]?.publish(messages)
    await waitFor(() => heard.every((each) => each.filter((message) => message.topic === 'change').length === 100), {
      what: 'all messages are heard',
    })
    for (const each of heard) expect(each.filter((message) => message.topic === 'change')).toEqual(messages)
  })

  it('hears nothing of another database of the same Redis', async () => {
    const redis = await startRedis({ databases: 1000 })
    undo.push(() => redis.stop())
    // No other suite has these, where several share one Redis.
    const [own, other] = [998, 999].map((database) => new RedisLiveBus(new URL(`/${database}`, redis.url).href))
    for (const bus of [own, other]) undo.push(() => bus?.onModuleDestroy())
    const heard = own && hear(own)
    const wait = { what: 'the bus has subscribed' }
    await waitFor(async () => {
      await other?.publish([{ topic: 'target' }])
      await own?.publish([change()])
      return heard !== undefined && heard.length > 0
    }, wait)
    expect(heard?.filter(({ topic }) => topic === 'target')).toEqual([])
  })

  it('keeps nobody waiting who publishes while Redis says nothing', async () => {
    const redis = await startRedis()
    undo.push(() => redis.stop())
    const door = await openDoor(redis.url)
    undo.push(() => door.close())
    const bus = new RedisLiveBus(door.url)
    undo.push(() => bus.onModuleDestroy())
    const heard = hear(bus)
    await waitFor(
      async () => {
        await bus.publish([change()])
        return heard.length > 0
      },
      { what: 'the bus has subscribed' },
    )
    door.silence()
    await bus.publish([change()])
  })

  it.each(['postgres', 'redis'])('notices that nothing comes from %s any more, and hears again', async (kind) => {
    const redis = kind === 'redis' ? await startRedis() : undefined
    undo.push(() => redis?.stop())
    const door = await openDoor(redis?.url ?? (await postgresUrl()))
    undo.push(() => door.close())
    const bus = redis ? openRedis(door.url, 1_000) : await openPostgres(door.url, 1_000)
    let gaps = 0
    const heard: BusMessage[] = []
    bus.subscribe(
      (message) => heard.push(message),
      () => gaps++,
    )
    const hears = async () => {
      // The first word after the cut is said to nobody.
      await bus.publish([change()]).catch(() => undefined)
      return heard.length > 0
    }
    await waitFor(hears, { what: 'it hears' })
    gaps = 0
    door.silence()
    await waitFor(() => gaps > 0, { what: 'it has come back' })
    heard.length = 0
    await waitFor(hears, { what: 'it hears again' })
  })

  it('comes back with a single connection after Postgres was away, and says that there was a gap', async () => {
    const url = await postgresUrl()
    const door = await openDoor(url)
    undo.push(() => door.close())
    const bus = await openPostgres(door.url)
    let gaps = 0
    const heard: BusMessage[] = []
    bus.subscribe(
      (message) => heard.push(message),
      () => gaps++,
    )
    door.shut()
    // Long enough for several attempts; each must leave nothing behind.
    await waitFor(() => door.refused >= 4, { what: 'it has tried again several times' })
    door.open()
    await waitFor(() => gaps === 1, { what: 'it is back' })
    const observer = new pg.Client({ connectionString: url })
    await observer.connect()
    undo.push(() => observer.end())
    const { rows } = await observer.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    expect(rows[0]?.count).toBe(1)
    await bus.publish([change()])
    await waitFor(() => heard.length === 1, { what: 'it hears again' })
    expect(gaps).toBe(1)
  })
})

interface Door {
  url: string
  refused: number
  shut(): void
  open(): void
  /** Connections stay, and nothing passes. */
  silence(): void
  close(): void
}

/** A way to a server that can be shut: connections break and new ones are turned away. */
async function openDoor(serverUrl: string): Promise<Door> {
  const { connect } = await import('node:net')
  const url = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let isShut = false
  const server: Server = createServer((socket) => {
    if (isShut) {
      door.refused++
      socket.destroy()
      return
    }
    const other = connect(Number(url.port), url.hostname)
    for (const [from, to] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const here = new URL(serverUrl)
  here.port = String((server.address() as { port: number }).port)
  const door: Door = {
    url: here.href,
    refused: 0,
    shut: () => {
      isShut = true
      sockets.forEach((socket) => socket.destroy())
    },
    open: () => (isShut = false),
    silence: () => sockets.forEach((socket) => socket.unpipe().pause()),
    close: () => {
      sockets.forEach((socket) => socket.destroy())
      server.close()
    },
  }
  return door
}
