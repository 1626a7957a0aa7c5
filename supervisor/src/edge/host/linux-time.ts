/*
 * What the host's own files tell about the time: its zone, and whether somebody who knows has set the clock.
 */
import type { HostTime } from '../../host/host-control.js'
import { KernelFiles } from './kernel-files.js'

const ZONE = /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/
// Before this was written: a battery that is empty says 1970 or 2000.
const EARLIEST_MS = Date.parse('2026-01-01T00:00:00Z')
const RTC_SLACK_MS = 5_000

export class LinuxTime implements HostTime {
  private readonly files: KernelFiles

  constructor(
    root: string,
    private readonly now: () => number = Date.now,
  ) {
    this.files = new KernelFiles(root)
  }

  timeZone(): string {
    const linked = this.files.link('etc/localtime')?.split('/zoneinfo/')[1]
    const named = [linked, this.files.text('etc/timezone')].find((name) => name !== undefined && ZONE.test(name))
    // Debian's own default.
    return named ?? 'Etc/UTC'
  }

  /** By a time server, as systemd-timesyncd notes in memory, or from a clock with a battery. */
  isClockSet(): boolean {
    return this.files.text('run/systemd/timesync/synchronized') !== undefined || this.agreesWithBattery()
  }

  private agreesWithBattery(): boolean {
    const batterySeconds = this.files.number('sys/class/rtc/rtc0/since_epoch')
    if (batterySeconds === undefined) return false
    const now = this.now()
    return now > EARLIEST_MS && Math.abs(now - batterySeconds * 1000) <= RTC_SLACK_MS
  }
}
