import { setTimeout as sleep } from 'node:timers/promises'
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { Sightings } from '../devices/index.js'
import { KnownDevices, type TargetChange } from '../hardware/index.js'
import type { DeviceLink } from './device-link.js'
import { LINK_LIMITS, type LinkLimits } from './link-limits.js'

const GOING_AWAY = 1001
const REPLACED = 4001
const NOT_ITS_PLACE = 4002

/** All links to this process. Each device has one; what it misses it finds by polling. */
@Injectable()
export class Links implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('link')
  private readonly links = new Map<string, DeviceLink>()
  private readonly due = new Set<string>()
  private telling: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  private unsubscribe: (() => void) | undefined
  private readonly helloListeners = new Set<(deviceId: string) => void>()

  constructor(
    private readonly known: KnownDevices,
    private readonly sightings: Sightings,
    @Inject(LINK_LIMITS) private readonly limits: LinkLimits,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.known.onTargetChange((change) => this.hear(change))
    this.timer = setInterval(() => this.lookAfter(), this.limits.lookMs)
  }

  onModuleDestroy(): void {
    this.unsubscribe?.()
    clearInterval(this.timer)
    for (const link of this.links.values()) link.close(GOING_AWAY, 'the server stops')
  }

  get isFull(): boolean {
    return this.links.size >= this.limits.most
  }

  add(link: DeviceLink): void {
    const { deviceId } = link
    this.links.get(deviceId)?.close(REPLACED, 'the board opened another link')
    this.links.set(deviceId, link)
    const seen = () => this.sightings.saw(deviceId, this.limits.silentMs)
    seen()
    link.listen({
      onHeard: seen,
      onHello: () => {
        this.tell([deviceId])
        for (const listener of this.helloListeners) listener(deviceId)
      },
      onClose: (gone) => this.remove(link, gone),
    })
  }

  deviceIds(): Iterable<string> {
    return this.links.keys()
  }

  /** Calls back when a device has opened its link and listens. Returns a function that ends it. */
  onHello(listener: (deviceId: string) => void): () => void {
    this.helloListeners.add(listener)
    return () => void this.helloListeners.delete(listener)
  }

  /** Does nothing where the device has no link to this process. */
  tellCommandsWaiting(deviceId: string): void {
    this.links.get(deviceId)?.tell({ type: 'commands-waiting' })
  }

  private remove(link: DeviceLink, gone: 'silent' | 'closed'): void {
    // Another link has taken its place.
    if (this.links.get(link.deviceId) !== link) return
    this.links.delete(link.deviceId)
    if (gone === 'silent') this.sightings.lost(link.deviceId, new Date(link.heardAt), 0)
    else this.sightings.lost(link.deviceId, new Date(), this.limits.graceMs)
  }

  private hear({ fleetId, deviceId }: TargetChange): void {
    if (deviceId !== undefined) {
      if (this.links.has(deviceId)) this.tell([deviceId])
    } else if (fleetId === undefined) this.tell(this.links.keys())
    else this.tell([...this.links.keys()].filter((id) => this.mayBeIn(id, fleetId)))
  }

  /** Of a device that is not in memory nobody knows where it is; it is looked up when it is told. */
  private mayBeIn(deviceId: string, fleetId: string): boolean {
    return (this.known.peekDevice(deviceId)?.fleetId ?? fleetId) === fleetId
  }

  private tell(deviceIds: Iterable<string>): void {
    for (const deviceId of deviceIds) this.due.add(deviceId)
    this.telling ??= this.tellAll()
      .catch((err: unknown) => this.log.warn({ message: 'devices were not told of changes', err }))
      .finally(() => (this.telling = undefined))
  }

  /** A few at a time: every device that is told comes for its target at once. */
  private async tellAll(): Promise<void> {
    while (this.due.size > 0) {
      const batch = [...this.due].slice(0, this.limits.tellAtOnce)
      for (const deviceId of batch) this.due.delete(deviceId)
      await Promise.all(batch.map((deviceId) => this.tellOne(deviceId)))
      if (this.due.size > 0) await sleep(this.limits.tellEveryMs)
    }
  }

  private async tellOne(deviceId: string): Promise<void> {
    const device = await this.known.get(deviceId)
    const link = this.links.get(deviceId)
    if (!link) return
    if (device?.hardwareId !== link.hardwareId) link.close(NOT_ITS_PLACE, 'the board is not in its device any more')
    else link.tellGeneration(await this.known.generation(device))
  }

  /**
   * Boards ping by themselves; only those that went quiet are asked, or given up. By looks and not by the clock: what
   * boards said while this process stood still has yet to be read, and it would give up all of them at once.
   */
  private lookAfter(): void {
    for (const link of this.links.values()) {
      const silentMs = ++link.looksSinceHeard * this.limits.lookMs
      if (silentMs > this.limits.silentMs) link.abandon()
      else if (silentMs > this.limits.quietMs) link.ping()
    }
  }
}
