import type { Blob } from '../images/ports.js'
import type { Clock } from '../ports.js'
import type { BlobState, Neighbour, Presence } from './ports.js'
import { rankOf } from './rank.js'

// Between two questions to everybody about one blob.
const ASK_AGAIN_MS = 1_500
// So long the one before this device has to begin; it may not want the blob at all.
const TURN_MS = 6_000
const LONGEST_TURNS_MS = 60_000
// Who has not got a byte for so long is no more worth waiting for than the link.
const STALLED_MS = 45_000
const RESTS_MS = 60_000
// Fetched by everybody sooner than one could be waited for.
const SMALL_BYTES = 16 * 1024

type Offer = 'ready' | 'soon' | 'none'

interface Known {
  state: BlobState
  // By Clock.monotonic(): when its bytes last grew.
  grewAt: number
  // When it last said anything.
  saidAt: number
}

/**
 * Who of all devices on a local network fetches one blob from far away, and when the others may copy it. Each asks the
 * others; the first by rank begins at once, the next ones only where nobody before them does.
 */
export class Sharing {
  private readonly beganAt: number
  private askedAt = -Infinity
  private rounds = 0
  private readonly known = new Map<string, Known>()
  private readonly resting = new Map<string, number>()
  private answer?: Offer
  private asking?: Promise<Offer>

  constructor(
    private readonly self: string,
    private readonly blob: Blob,
    private readonly presence: Presence,
    private readonly clock: Clock,
  ) {
    this.beganAt = clock.monotonic()
    presence.look()
  }

  /** Whoever asks while the others are being asked has their last answer; where there is none yet, it waits too. */
  async offer(signal: AbortSignal): Promise<Offer> {
    const now = this.clock.monotonic()
    if (now - this.askedAt < ASK_AGAIN_MS) return this.answer ?? (await this.asking) ?? 'soon'
    this.askedAt = now
    this.rounds++
    this.asking = this.askAll(signal).then(() => this.decide(this.clock.monotonic()))
    this.answer = await this.asking
    return this.answer
  }

  /** One that has it whole; another one each time, where several have. */
  holder(): Neighbour | undefined {
    const free = this.holders().filter(({ deviceId }) => !isBusy(this.known.get(deviceId)?.state))
    return free[Math.floor(this.clock.random() * free.length)]
  }

  /** It did not give what it said it has. */
  failed({ deviceId }: Neighbour): void {
    this.resting.set(deviceId, this.clock.monotonic() + RESTS_MS)
    this.known.delete(deviceId)
    this.askedAt = -Infinity
  }

  private decide(now: number): Offer {
    if (this.holder()) return 'ready'
    if (this.blob.sizeBytes <= SMALL_BYTES) return 'none'
    // One that is busy has it nearer than it is far away.
    if (this.holders().length > 0 || this.isSomebodyFetching(now)) return 'soon'
    // Who is busy with all that comes at once with a new release is asked once more.
    if (this.rounds === 1 && this.awake().some(({ deviceId }) => !this.known.has(deviceId))) return 'soon'
    // Those who have answered: anybody on the network can pretend to be there, but not without the key.
    const neighbours = this.awake().flatMap(({ deviceId }) => (this.known.has(deviceId) ? [deviceId] : []))
    const turns = rankOf(this.self, neighbours, this.blob.digest) * TURN_MS
    return now - this.beganAt < Math.min(turns, LONGEST_TURNS_MS) ? 'soon' : 'none'
  }

  private isSomebodyFetching(now: number): boolean {
    return this.awake().some(({ deviceId }) => {
      const known = this.known.get(deviceId)
      return known?.state.state === 'fetching' && now - known.grewAt < STALLED_MS
    })
  }

  private holders(): Neighbour[] {
    return this.awake().filter(({ deviceId }) => this.known.get(deviceId)?.state.state === 'whole')
  }

  private awake(): Neighbour[] {
    const now = this.clock.monotonic()
    return this.presence.neighbours().filter(({ deviceId }) => (this.resting.get(deviceId) ?? -Infinity) <= now)
  }

  private async askAll(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.awake().map(async (neighbour) => {
        const state = await this.presence.ask(neighbour, this.blob.digest, signal).catch(() => undefined)
        // Who does not answer in time may be busy: what it said before holds for a while.
        if (state) this.note(neighbour, state)
        else this.forgetIfOld(neighbour)
      }),
    )
  }

  private forgetIfOld({ deviceId }: Neighbour): void {
    const saidAt = this.known.get(deviceId)?.saidAt ?? 0
    if (this.clock.monotonic() - saidAt > STALLED_MS) this.known.delete(deviceId)
  }

  private note({ deviceId }: Neighbour, state: BlobState): void {
    const before = this.known.get(deviceId)
    const hasGrown = bytesOf(state) > bytesOf(before?.state) || before?.state.state !== state.state
    const saidAt = this.clock.monotonic()
    this.known.set(deviceId, { state, saidAt, grewAt: hasGrown ? saidAt : (before?.grewAt ?? 0) })
  }
}

function isBusy(state: BlobState | undefined): boolean {
  return state?.state === 'whole' && state.busy === true
}

function bytesOf(state: BlobState | undefined): number {
  return state?.state === 'fetching' ? state.bytes : -1
}
