import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinuxLed } from '../edge/host/linux-led.js'
import type { Part } from '../part.js'
import { BoardTree } from '../testing/board-tree.js'
import { eventually } from '../testing/eventually.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument, silentLog } from '../testing/memory-store.js'
import { blinkerPart } from './blinker.js'
import type { StoredLed } from './stored-led.js'

const LED = 'sys/class/leds/ACT'

describe('the activity light', () => {
  let board: BoardTree
  let clock: FakeClock
  let document: MemoryDocument<StoredLed>
  let bootId: string
  let stop: AbortController
  let running: Promise<unknown>
  let part: Part
  beforeEach(async () => {
    board = await BoardTree.create()
    clock = new FakeClock()
    document = new MemoryDocument()
    bootId = 'boot-1'
    await put(LED, { trigger: 'none default-on [mmc0] timer\n', brightness: '0\n', max_brightness: '255\n' })
    await start()
  })
  afterEach(async () => {
    await end()
    await board.remove()
  })

  const put = async (led: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) await board.put(`${led}/${name}`, text)
  }
  const read = (name: string, led = LED) => readFile(join(board.root, led, name), 'utf8')

  async function start() {
    stop = new AbortController()
    const host = { board: () => ({ platform: 'linux/arm64' as const }), facts: () => ({ bootId }) }
    part = await blinkerPart({ led: new LinuxLed(board.root), document })({ clock, host, log: silentLog() })
    running = Promise.all((part.loops ?? []).map((loop) => loop(stop.signal)))
  }

  async function end() {
    stop.abort()
    await running
  }

  /** The files are real ones: time is let pass until they say what they should. */
  const seen = (name: string, text: string, led = LED) =>
    eventually(async () => {
      await clock.advance(250)
      expect(await read(name, led)).toBe(text)
    })

  it('blinks for a quarter of a minute, and is then driven as before', async () => {
    expect(await part.offers?.blink?.()).toBe(true)
    await seen('trigger', 'none')
    await seen('brightness', '255')
    await seen('brightness', '0')
    await seen('brightness', '255')
    await clock.advance(15_000)
    await seen('trigger', 'mmc0')
    await eventually(async () => expect(await document.read()).toEqual({}))
  })

  it('is given back when the supervisor ends in the middle', async () => {
    await part.offers?.blink?.()
    await seen('brightness', '255')
    await end()
    expect(await read('trigger')).toBe('mmc0')
    expect(await document.read()).toEqual({})
  })

  it('is given back at the next start where the supervisor was killed, unless the board was restarted', async () => {
    const former = { trigger: 'mmc0', brightness: '0', bootId: 'boot-1' }
    for (const [boot, trigger] of [
      ['boot-1', 'mmc0'],
      ['boot-2', 'none [default-on]'],
    ] as const) {
      // prettier-ignore
      await end()
      await document.write({ former })
      await board.put(`${LED}/trigger`, 'none [default-on]')
      bootId = boot
      await start()
      expect(await read('trigger')).toBe(trigger)
      expect(await document.read()).toEqual({})
    }
  })

  it('shines again as it did where nothing drove it', async () => {
    await put(LED, { trigger: '[none] mmc0\n', brightness: '7\n' })
    await part.offers?.blink?.()
    await seen('brightness', '255')
    await end()
    expect(await read('brightness')).toBe('7')
  })

  it('is found by its older name, and by that of other boards', async () => {
    for (const led of ['sys/class/leds/led0', 'sys/class/leds/orangepi:green:status']) {
      await board.remove('sys/class/leds')
      await put('sys/class/leds/input0::capslock', { trigger: '[none]\n', brightness: '0\n' })
      await put(led, { trigger: 'none [heartbeat]\n', brightness: '0\n' })
      expect(await part.offers?.blink?.()).toBe(true)
      // It does not say how bright it can be.
      await seen('brightness', '1', led)
      await clock.advance(15_000)
      await seen('trigger', 'heartbeat', led)
    }
  })

  it('is not there on other machines', async () => {
    await board.remove('sys/class/leds')
    expect(await part.offers?.blink?.()).toBe(false)
  })
})
