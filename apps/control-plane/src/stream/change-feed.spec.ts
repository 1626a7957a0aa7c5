import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { type BusListener, type BusMessage, LiveBus } from '../live/live-bus.js'
import { changeFeed } from './change-feed.js'

/** A bus within this process, which can also lose its connection. */
class LocalBus extends LiveBus {
  readonly listeners = new Map<BusListener, (() => void) | undefined>()

  publish(messages: BusMessage[]): Promise<void> {
    for (const message of messages) for (const listener of this.listeners.keys()) listener(message)
    return Promise.resolve()
  }

  subscribe(listener: BusListener, onGap?: () => void): () => void {
    this.listeners.set(listener, onGap)
    return () => void this.listeners.delete(listener)
  }
}

const change = (id: string): BusMessage => ({ topic: 'change', kind: 'device', id })

describe('a feed of changes', () => {
  function open() {
    const bus = new LocalBus()
    const controller = new AbortController()
    const feed = changeFeed(bus, () => true, controller.signal)
    return { bus, feed, first: feed.next(), stop: () => controller.abort() }
  }

  it('makes one of several changes of a thing that wait', async () => {
    const { bus, feed, first } = open()
    await bus.publish(['a', 'a', 'b', 'a'].map(change))
    expect((await first).value).toMatchObject([{ id: 'a' }, { id: 'b' }])
    const next = feed.next()
    await bus.publish([change('c')])
    expect((await next).value).toMatchObject([{ id: 'c' }])
  })

  it('ends where messages may have been lost, or too many wait', async () => {
    const gap = open()
    for (const onGap of gap.bus.listeners.values()) onGap?.()
    expect((await gap.first).done).toBe(true)
    const flood = open()
    await flood.bus.publish([change('a')])
    await flood.first
    await flood.bus.publish(Array.from({ length: 4_001 }, () => change(randomUUID())))
    expect((await flood.feed.next()).done).toBe(true)
    expect([gap.bus.listeners.size, flood.bus.listeners.size]).toEqual([0, 0])
  })

  it('tells of what has changed meanwhile together', async () => {
    const { bus, feed, first } = open()
    await bus.publish([change('a')])
    expect((await first).value).toHaveLength(1)
    for (let turn = 0; turn < 20; turn++) {
      await bus.publish([change(`d${turn}`)])
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await feed.next()).value).toHaveLength(20)
  })

  it('ends when nobody listens any more', async () => {
    const { bus, first, stop } = open()
    stop()
    expect((await first).done).toBe(true)
    expect(bus.listeners.size).toBe(0)
  })
})
