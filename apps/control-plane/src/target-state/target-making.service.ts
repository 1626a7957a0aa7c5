import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Gate } from '../http/gate.js'
import { Targets } from './targets.service.js'

const MOST_AT_ONCE = 64
const JITTER = 0.25

/** Makes targets for devices, so many at once and no more, and spreads over time when devices ask. */
@Injectable()
export class TargetMaking {
  private readonly gate = new Gate(MOST_AT_ONCE, 'Too many devices ask for their targets at once; come back later.')

  constructor(
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Throws 503 at once where too many are being made. */
  make(deviceId: string) {
    return this.gate.run(() => this.targets.signed(deviceId))
  }

  /** When a device should ask again: never all at the same time, and later the more there is to do. */
  nextPollSeconds(): number {
    return Math.ceil(this.config.DEVICE_POLL_SECONDS * (1 + this.gate.load) * between(1 - JITTER, 1 + JITTER))
  }
}

function between(least: number, most: number): number {
  return least + Math.random() * (most - least)
}
