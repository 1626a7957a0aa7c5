/*
 * The activity light of a board, as the kernel shows it below /sys/class/leds. It decides nothing.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActivityLed } from '../../host/blinker.js'
import type { LedState } from '../../host/stored-led.js'
import { KernelFiles } from './kernel-files.js'

const LEDS = 'sys/class/leds'
// A Raspberry Pi's, by newer kernels and by older ones; then what other boards call such a light.
const NAMES = ['ACT', 'led0', 'act', 'activity', 'status']
const NO_TRIGGER = 'none'

export class LinuxLed implements ActivityLed {
  private readonly files: KernelFiles

  /** `root`: the host's root folder as this process reaches it; through it /sys can be written also from a sandbox. */
  constructor(private readonly root: string) {
    this.files = new KernelFiles(root)
  }

  look(): Promise<LedState | undefined> {
    const led = this.find()
    const trigger = led && /\[([^\]]+)\]/.exec(this.files.text(join(led, 'trigger')) ?? '')?.[1]
    const brightness = led && this.files.text(join(led, 'brightness'))
    return Promise.resolve(trigger === undefined || brightness === undefined ? undefined : { trigger, brightness })
  }

  take(): Promise<void> {
    return this.write('trigger', NO_TRIGGER)
  }

  shine(isOn: boolean): Promise<void> {
    const brightest = this.files.number(join(this.find() ?? '', 'max_brightness')) ?? 1
    return this.write('brightness', String(isOn ? brightest : 0))
  }

  async giveBack({ trigger, brightness }: LedState): Promise<void> {
    await this.write('trigger', trigger)
    // What drives it sets it by itself.
    if (trigger === NO_TRIGGER) await this.write('brightness', brightness)
  }

  private find(): string | undefined {
    const there = this.files.names(LEDS)
    const name = NAMES.find((it) => there.includes(it)) ?? there.find((it) => /:(activity|act|status)$/.test(it))
    return name === undefined ? undefined : join(LEDS, name)
  }

  private async write(file: string, text: string): Promise<void> {
    const led = this.find()
    if (led === undefined) throw new Error('This board has no activity light')
    await writeFile(join(this.root, led, file), text)
  }
}
