import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common'
import { WaitingCommands } from '../device-commands/index.js'
import { LiveBus } from '../live/live-bus.js'
import { Links } from './links.service.js'

/** Tells linked devices that somebody asks something of them: when it happens, and when their link opens. */
@Injectable()
export class CommandNudges implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('link')
  private readonly due = new Set<string>()
  private looking: Promise<void> | undefined
  private readonly endings: (() => void)[] = []

  constructor(
    private readonly links: Links,
    private readonly commands: WaitingCommands,
    private readonly bus: LiveBus,
  ) {}

  onModuleInit(): void {
    const onGap = () => this.lookFor(this.links.deviceIds())
    this.endings.push(
      this.links.onHello((deviceId) => this.lookFor([deviceId])),
      this.bus.subscribe((message) => {
        if (message.topic === 'commands') this.links.tellCommandsWaiting(message.deviceId)
      }, onGap),
    )
  }

  onModuleDestroy(): void {
    for (const end of this.endings) end()
  }

  private lookFor(deviceIds: Iterable<string>): void {
    for (const deviceId of deviceIds) this.due.add(deviceId)
    this.looking ??= this.lookForAll()
      .catch((err: unknown) => this.log.warn({ message: 'devices were not told of commands', err }))
      .finally(() => (this.looking = undefined))
  }

  /** All links that opened during one query share the next one: many open at once after an outage. */
  private async lookForAll(): Promise<void> {
    while (this.due.size > 0) {
      const batch = [...this.due]
      this.due.clear()
      for (const deviceId of await this.commands.devicesAmong(batch)) this.links.tellCommandsWaiting(deviceId)
    }
  }
}
