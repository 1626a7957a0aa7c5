/** The board's own system, as far as the supervisor has a say in it. */
export interface HostControl {
  /** Of the boot that goes on. */
  bootId(): string
  /** The text of config.txt; undefined: this board has none. */
  readConfig(): Promise<string | undefined>
  /** Durable when it resolves; a power cut leaves the old or the new text, never none. */
  writeConfig(text: string): Promise<void>
  hostname(): string | undefined
  /** For now and for every start after it. */
  setHostname(hostname: string): Promise<void>
  /** Asks the system to stop everything in good order, and resolves when it has begun to. */
  end(kind: 'reboot' | 'shutdown'): Promise<void>
}

/** What the system knows of the time. */
export interface HostTime {
  /** IANA name. */
  timeZone(): string
  /** Somebody who knows has set its clock. */
  isClockSet(): boolean
}
