import type { MetricsSample } from '@flotilla/contracts'
import type { KernelFiles } from '../kernel-files.js'

type PowerSupply = Pick<MetricsSample, 'isUnderVoltage' | 'wasUnderVoltage' | 'isThrottled' | 'wasThrottled'>

/** Where a Raspberry Pi says how it is fed. */
export type PowerSource = { kind: 'firmware' | 'alarm'; path: string }

// Bits of the firmware's word: under-voltage, capped, throttled, too hot; now, and since the board started.
const IS_UNDER_VOLTAGE = 1 << 0
const IS_THROTTLED = (1 << 1) | (1 << 2) | (1 << 3)
const SINCE_START = 16

/** The firmware's word says most; kernels without that file have the alarm of the rpi_volt driver. */
export function powerSource(files: KernelFiles): PowerSource | undefined {
  const platform = 'sys/devices/platform'
  for (const soc of files.names(platform).filter((name) => name.startsWith('soc'))) {
    for (const device of files.names(`${platform}/${soc}`).filter((name) => name.endsWith(':firmware'))) {
      const path = `${platform}/${soc}/${device}/get_throttled`
      if (files.text(path) !== undefined) return { kind: 'firmware', path }
    }
  }
  const hwmon = files.names('sys/class/hwmon').find((name) => files.text(`sys/class/hwmon/${name}/name`) === 'rpi_volt')
  return hwmon === undefined ? undefined : { kind: 'alarm', path: `sys/class/hwmon/${hwmon}/in0_lcrit_alarm` }
}

export function powerSupply(files: KernelFiles, source: PowerSource | undefined): PowerSupply {
  const text = source && files.text(source.path)
  if (text === undefined) return {}
  if (source?.kind === 'alarm') return { isUnderVoltage: text === '1' }
  const word = Number.parseInt(text, 16)
  if (!Number.isFinite(word)) return {}
  return {
    isUnderVoltage: (word & IS_UNDER_VOLTAGE) !== 0,
    isThrottled: (word & IS_THROTTLED) !== 0,
    wasUnderVoltage: (word & (IS_UNDER_VOLTAGE << SINCE_START)) !== 0,
    wasThrottled: (word & (IS_THROTTLED << SINCE_START)) !== 0,
  }
}
