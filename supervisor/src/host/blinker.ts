import { shortError } from '../errors.js'
import { Wake } from '../loops/wake.js'
import type { Core, Part } from '../part.js'
import type { Clock, Document } from '../ports.js'
import type { LedState, StoredLed } from './stored-led.js'

/** The light by which a board shows that it is at work. */
export interface ActivityLed {
  /** What drives it now; undefined: this board has none that can be driven. */
  look(): Promise<LedState | undefined>
  /** From here on nothing but shine() drives it. */
  take(): Promise<void>
  shine(isOn: boolean): Promise<void>
  giveBack(state: LedState): Promise<void>
}

// As long as on balena: time to walk along a shelf of boards.
const BLINKING_MS = 15_000
const HALF_MS = 250
// As long as timers go.
const FOR_EVER_MS = 2 ** 31 - 1

export interface BlinkerOptions {
  /** Absent: the board is not the supervisor's. */
  led?: ActivityLed
  document: Document<StoredLed>
}

type OfCore = Pick<Core, 'host' | 'log'> & { clock: Clock }

/** Lets a person find the board: its light blinks for a while, and is then driven again by what drove it before. */
export function blinkerPart({ led, document }: BlinkerOptions): (core: OfCore) => Promise<Part> {
  return async (core) => {
    if (!led) return {}
    const blinker = new Blinker(led, document, core)
    await blinker.giveBackLeft()
    return { offers: { blink: () => blinker.ask() }, loops: [(end) => blinker.run(end)] }
  }
}

class Blinker {
  private readonly asked = new Wake()
  private until = 0

  constructor(
    private readonly led: ActivityLed,
    private readonly document: Document<StoredLed>,
    private readonly core: OfCore,
  ) {}

  /** Whether there is a light; asked again, it blinks for longer. */
  async ask(): Promise<boolean> {
    if (!(await this.led.look())) return false
    this.until = this.core.clock.monotonic() + BLINKING_MS
    this.asked.notify()
    return true
  }

  async run(end: AbortSignal): Promise<void> {
    const { clock, log } = this.core
    while (!end.aborted) {
      await this.asked.wait(clock, FOR_EVER_MS, end)
      // A light is no reason to end a supervisor.
      if (clock.monotonic() < this.until) {
        await this.blink(end).catch((error: unknown) => log.warn('light does not blink', { error: shortError(error) }))
      }
    }
  }

  /** What a supervisor that was killed in the middle has left. */
  async giveBackLeft(): Promise<void> {
    const { former } = (await this.document.read()) ?? {}
    if (!former) return
    // The next boot drives it as the board's settings have it.
    if (former.bootId === this.bootId()) await this.giveBack(former)
    else await this.document.write({})
  }

  private async blink(end: AbortSignal): Promise<void> {
    const state = await this.led.look()
    if (!state) return
    await this.document.write({ former: { ...state, bootId: this.bootId() } })
    try {
      await this.led.take()
      for (let isOn = true; this.core.clock.monotonic() < this.until && !end.aborted; isOn = !isOn) {
        await this.led.shine(isOn)
        await this.core.clock.sleep(HALF_MS, end)
      }
    } finally {
      await this.giveBack(state)
    }
  }

  private async giveBack(state: LedState): Promise<void> {
    try {
      await this.led.giveBack(state)
      await this.document.write({})
    } catch (error) {
      // It is tried again at the next start.
      this.core.log.warn('light could not be given back', { error: shortError(error) })
    }
  }

  private bootId(): string {
    return this.core.host.facts().bootId ?? ''
  }
}
