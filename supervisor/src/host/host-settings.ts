import type { HostState } from '@flotilla/reconcile'
import { z } from 'zod'
import { TerminalError } from '../errors.js'
import type { Document, StepOf } from '../ports.js'
import { inWordsOf, refusalOf, settingsIn, withSettings, type HostSettings } from './config-txt.js'
import type { HostControl } from './host-control.js'

/** The settings that the board started with: they are in force until it starts again. */
export const SettingsAtBootSchema = z.object({ bootId: z.string(), config: z.record(z.string(), z.string()) })
export type SettingsAtBoot = z.infer<typeof SettingsAtBootSchema>

const HOSTNAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const VARIABLE_PREFIX = 'HOST_CONFIG_'

/** What of the board's own settings the fleet decides: reads them, writes them, and knows whether they are in force. */
export class HostSettingsKeeper {
  private last?: HostState
  private atBoot?: SettingsAtBoot

  constructor(
    private readonly control: HostControl,
    private readonly document: Document<SettingsAtBoot>,
  ) {}

  /** As it was when last looked at; absent: not yet. */
  get state(): HostState | undefined {
    return this.last
  }

  /** `variables`: the target's config. */
  async look(variables: Record<string, string>): Promise<HostState> {
    const { control } = this
    const bootId = control.bootId()
    const text = await control.readConfig()
    const standing = text === undefined ? undefined : settingsIn(text)
    const needsReboot = standing !== undefined && !isSame(standing, await this.inForce(bootId, standing))
    const config = standing && inWordsOf(hostVariables(variables), standing)
    this.last = { config, hostname: control.hostname(), bootId, needsReboot }
    return this.last
  }

  async write({ changes }: StepOf<'write-host-config'>): Promise<void> {
    const text = await this.control.readConfig()
    if (text === undefined) throw new TerminalError('This board has no config.txt')
    const settings: HostSettings = settingsIn(text)
    for (const [name, value] of Object.entries(changes)) {
      const refusal = value === null ? undefined : refusalOf(name, value)
      if (refusal !== undefined) throw new TerminalError(refusal)
      if (value === null) delete settings[name]
      else settings[name] = value
    }
    const next = withSettings(text, settings)
    if (next !== text) await this.control.writeConfig(next)
  }

  async rename({ hostname }: StepOf<'set-hostname'>): Promise<void> {
    if (!HOSTNAME.test(hostname)) {
      throw new TerminalError(`${hostname} is no name for a board: use up to 63 letters, digits and inner hyphens`)
    }
    await this.control.setHostname(hostname)
  }

  /** What the first look of this boot saw: whatever differs from it was written since. */
  private async inForce(bootId: string, standing: HostSettings): Promise<HostSettings> {
    this.atBoot ??= await this.document.read()
    if (this.atBoot?.bootId !== bootId) {
      const atBoot = { bootId, config: standing }
      await this.document.write(atBoot)
      this.atBoot = atBoot
    }
    return this.atBoot.config
  }
}

function hostVariables(variables: Record<string, string>): HostSettings {
  const own = Object.entries(variables).filter(([name]) => name.startsWith(VARIABLE_PREFIX))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(VARIABLE_PREFIX.length), value]))
}

function isSame(a: HostSettings, b: HostSettings): boolean {
  const text = (settings: HostSettings) => JSON.stringify(Object.entries(settings).sort(([x], [y]) => (x < y ? -1 : 1)))
  return text(a) === text(b)
}
