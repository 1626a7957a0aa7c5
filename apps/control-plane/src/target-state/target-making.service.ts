import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Problem } from '../http/problem.js'
import { Targets } from './targets.service.js'

// Past it, waiting for the database would only take longer than to come back.
const MOST_AT_ONCE = 64
const RETRY_SECONDS = { least: 5, most: 60 }
const JITTER = 0.25

/** Makes targets for devices, so many at once and no more, and spreads over time when devices ask. */
@Injectable()
export class TargetMaking {
  private underWay = 0

  constructor(
    private readonly targets: Targets,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Throws 503 at once where too many are being made. */
  async make(deviceId: string) {
    if (this.underWay >= MOST_AT_ONCE) throw overloaded()
    this.underWay++
    try {
      return await this.targets.signed(deviceId)
    } finally {
      this.underWay--
    }
  }

  /** When a device should ask again: never all at the same time, and later the more there is to do. */
  nextPollSeconds(): number {
    const load = this.underWay / MOST_AT_ONCE
    return Math.ceil(this.config.DEVICE_POLL_SECONDS * (1 + load) * between(1 - JITTER, 1 + JITTER))
  }
}

function overloaded(): Problem {
  const retryAfterSeconds = Math.round(between(RETRY_SECONDS.least, RETRY_SECONDS.most))
  return new Problem('overloaded', 503, 'Too many devices ask for their targets at once; come back later.', {
    retryAfterSeconds,
  })
}

function between(least: number, most: number): number {
  return least + Math.random() * (most - least)
}
