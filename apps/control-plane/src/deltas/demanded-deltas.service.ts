import { Injectable, Logger } from '@nestjs/common'
import type { KnownDevice } from '../hardware/index.js'
import { DeltaRequests } from './delta-requests.service.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import { isWorthTrying, type WantedPair } from './wanted-pairs.js'

// What devices ask for takes its turn with what most of them run: neither a fleet nor one board may fill the workers.
const MOST_OPEN_PER_FLEET = 16
const MOST_PER_DEVICE_AND_DAY = 24

/** Deltas that devices ask for. */
@Injectable()
export class DemandedDeltas {
  private readonly log = new Logger('deltas')

  constructor(
    private readonly deltas: ImageDeltasRepository,
    private readonly requests: DeltaRequests,
  ) {}

  /** False where it is not made: too small, or too much was asked for already. */
  async request({ deviceId, fleetId }: KnownDevice, pair: Omit<WantedPair, 'devices'>): Promise<boolean> {
    if (!isWorthTrying(pair)) return false
    const { open, today } = await this.deltas.askedByDevices(fleetId, deviceId)
    if (open >= MOST_OPEN_PER_FLEET || today >= MOST_PER_DEVICE_AND_DAY) {
      this.log.warn({ message: 'delta refused', device: deviceId, fleet: fleetId, open, today })
      return false
    }
    await this.requests.request([{ ...pair, requestedBy: 'device', requester: deviceId }])
    return true
  }
}
