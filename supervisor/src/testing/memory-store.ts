/*
 * A store that forgets with the process, for tests in fast time: nothing in it waits for a disk.
 */
import type { Document } from '../ports.js'
import type { EventSpool, SpooledEvent } from '../stored.js'

export class MemoryDocument<T> implements Document<T> {
  writes = 0

  constructor(private value?: T) {}

  read(): Promise<T | undefined> {
    return Promise.resolve(this.value)
  }

  write(value: T): Promise<void> {
    this.writes++
    this.value = structuredClone(value)
    return Promise.resolve()
  }
}

export class MemoryEventSpool implements EventSpool {
  readonly all: SpooledEvent[] = []
  private stored = 0

  append(event: Omit<SpooledEvent, 'number'>): Promise<void> {
    this.all.push({ ...event, number: this.all.length + 1 })
    return Promise.resolve()
  }

  pending(limit: number): SpooledEvent[] {
    return this.all.filter(({ number }) => number > this.stored).slice(0, limit)
  }

  acknowledge(stored: number): Promise<void> {
    this.stored = Math.max(this.stored, stored)
    return Promise.resolve()
  }

  kinds(): string[] {
    return this.all.map(({ kind }) => kind)
  }
}

/** Keeps the entries, for tests that look at what was logged; says nothing. */
export function silentLog() {
  const entries: { level: string; message: string; fields?: Record<string, unknown> }[] = []
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void entries.push({ level, message, fields })
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
