import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { type BusMessage, LiveBus } from '../live/live-bus.js'
import { type KnownDevice, KnownDevicesRepository } from './known-devices.repository.js'
import { RowCache } from './row-cache.js'

/** Whose generation may have changed; nothing named: anybody's. */
export interface TargetChange {
  fleetId?: string
  deviceId?: string
}

const PATROL_EVERY_MS = 15_000
// A message can be lost; so in so many patrols everything in memory is looked at again.
const PATROLS_PER_ROUND = 20

/**
 * Every device that talks to this process, in memory: who it is and which generation its target has, so that most of
 * its requests need no query. The bus says what to forget.
 */
@Injectable()
export class KnownDevices implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('known-devices')
  private readonly devices: RowCache<KnownDevice>
  private readonly fleets: RowCache<{ id: string; revision: number }>
  private readonly listeners = new Set<(change: TargetChange) => void>()
  private patrol: NodeJS.Timeout | undefined
  private unsubscribe: (() => void) | undefined
  private round: string[] = []

  constructor(
    private readonly repository: KnownDevicesRepository,
    private readonly bus: LiveBus,
  ) {
    this.devices = new RowCache(async (ids) => byKey(await repository.findDevices(ids), (row) => row.deviceId))
    this.fleets = new RowCache(async (ids) => byKey(await repository.findFleetRevisions(ids), (row) => row.id))
  }

  onModuleInit(): void {
    this.unsubscribe = this.bus.subscribe(
      (message) => this.hear(message),
      () => this.forgetAll(),
    )
    this.patrol = setInterval(() => {
      this.recheck(this.nextOfRound()).catch((err: unknown) => this.log.warn({ message: 'patrol failed', err }))
    }, PATROL_EVERY_MS)
  }

  onModuleDestroy(): void {
    clearInterval(this.patrol)
    this.unsubscribe?.()
  }

  get(deviceId: string): Promise<KnownDevice | undefined> {
    return this.devices.get(deviceId)
  }

  /** What `get` and `generation` would give, if both are in memory. */
  peek(deviceId: string): { device: KnownDevice; generation: number } | undefined {
    const device = this.devices.peek(deviceId)
    const fleet = device && this.fleets.peek(device.fleetId)
    return fleet && { device, generation: device.revision + fleet.revision }
  }

  /** What `get` would give, if it is in memory. */
  peekDevice(deviceId: string): KnownDevice | undefined {
    return this.devices.peek(deviceId)
  }

  async generation(device: KnownDevice): Promise<number> {
    const fleet = await this.fleets.get(device.fleetId)
    return device.revision + (fleet?.revision ?? 0)
  }

  /** Calls back after what was known of them is forgotten. Returns a function that ends it. */
  onTargetChange(listener: (change: TargetChange) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Compares what is in memory of these devices, or of all, with the database, and forgets what differs. */
  async recheck(deviceIds = this.devices.ids()): Promise<void> {
    if (deviceIds.length === 0) return
    const now = byKey(await this.repository.findDevices(deviceIds), (row) => row.deviceId)
    for (const deviceId of deviceIds) {
      const held = this.devices.peek(deviceId)
      if (held && JSON.stringify(held) !== JSON.stringify(now.get(deviceId))) this.forget({ deviceId })
    }
    for (const { id, revision } of await this.repository.findFleetRevisions(this.fleets.ids())) {
      if (this.fleets.peek(id)?.revision !== revision) this.forget({ fleetId: id })
    }
  }

  private nextOfRound(): string[] {
    const known = this.devices.ids()
    if (this.round.length === 0) this.round = known
    return this.round.splice(0, Math.ceil(known.length / PATROLS_PER_ROUND))
  }

  private hear(message: BusMessage): void {
    if (message.topic === 'target') this.forget(message)
  }

  private forget({ fleetId, deviceId }: TargetChange): void {
    if (fleetId !== undefined) this.fleets.forget(fleetId)
    if (deviceId !== undefined) this.devices.forget(deviceId)
    for (const listener of this.listeners) listener({ fleetId, deviceId })
  }

  private forgetAll(): void {
    this.devices.forgetAll()
    this.fleets.forgetAll()
    for (const listener of this.listeners) listener({})
  }
}

function byKey<Row>(rows: Row[], key: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map((row) => [key(row), row]))
}
