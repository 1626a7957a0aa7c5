import { describe, expect, it } from '@jest/globals'
import { DEVICE_PROTOCOL, type TargetInput } from '@flotilla/contracts'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { EventRecorder } from '../events.js'
import { rawPublicKey } from '../identity.js'
import type { Document } from '../ports.js'
import type { StoredTarget } from '../stored.js'
import { signTarget } from '../testing/bundle-files.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { TimeKeeper } from '../time/time-keeper.js'
import { MemoryDocument } from '../testing/memory-store.js'
import { TargetKeeper } from './target-keeper.js'

const KEY = { id: 'key', ...generateKeyPairSync('ed25519') }
const ID = '3f0b7c52-8a54-4a0e-9c1b-0000000000d1'
const HARDWARE = 'a'.repeat(32)
const REGISTRATION = {
  ...{ deviceId: ID, deviceName: 'porch', fleetId: ID },
  targetKeys: [{ id: KEY.id, publicKey: rawPublicKey(createPublicKey(KEY.privateKey)) }],
}

/** A disk on which the first writes take longest. */
class SlowDocument implements Document<StoredTarget> {
  readonly written: StoredTarget[] = []
  private pause = 10

  read(): Promise<StoredTarget | undefined> {
    return Promise.resolve(this.written.at(-1))
  }

  async write(value: StoredTarget): Promise<void> {
    for (let turns = this.pause--; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
    this.written.push(value)
  }
}

describe('targets that come at once, from the cloud and a bundle', () => {
  function target(generation: number) {
    const content: TargetInput = {
      ...{ protocol: DEVICE_PROTOCOL, generation, apps: [] },
      device: { id: ID, name: 'porch', hardwareUuid: HARDWARE },
      fleet: { id: ID, name: 'weather', organization: 'acme' },
    }
    return signTarget(content, KEY)
  }

  it.each([[[5, 6]], [[6, 5]]])('leave the latest in force and on the disk: %j', async (generations) => {
    const document = new SlowDocument()
    const clock = new TimeKeeper(new FakeClock(), 'boot', new MemoryDocument())
    const log = silentLog()
    const events = new EventRecorder(new MemoryEventSpool(), clock, log)
    const targets = new TargetKeeper({ registration: REGISTRATION, hardwareUuid: HARDWARE }, document, events, log)
    await Promise.all(generations.map((generation) => targets.offer(target(generation), undefined)))
    expect(targets.target?.generation).toBe(6)
    expect(document.written.at(-1)?.signed).toEqual(target(6))
  })
})
