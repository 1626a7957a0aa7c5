import type { KernelFiles } from '../kernel-files.js'

const ZONES = 'sys/class/thermal'
// As the Raspberry Pi, other ARM boards and PCs call the one in the processor.
const PROCESSOR_ZONES = ['cpu-thermal', 'cpu_thermal', 'soc-thermal', 'x86_pkg_temp']

/** The folder of the processor's zone, else of the first one. */
export function thermalZone(files: KernelFiles): string | undefined {
  const zones = files.names(ZONES).filter((name) => name.startsWith('thermal_zone'))
  const byType = new Map(zones.map((zone) => [files.text(`${ZONES}/${zone}/type`), zone]))
  const known = PROCESSOR_ZONES.flatMap((type) => byType.get(type) ?? [])
  const zone = known[0] ?? zones[0]
  return zone === undefined ? undefined : `${ZONES}/${zone}`
}

/** The kernel gives thousandths of a degree; a tenth is more than any sensor knows. */
export function temperatureCelsius(files: KernelFiles, zone: string | undefined): number | undefined {
  const thousandths = zone === undefined ? undefined : files.number(`${zone}/temp`)
  return thousandths === undefined ? undefined : Math.round(thousandths / 100) / 10
}
