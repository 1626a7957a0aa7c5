import type { KernelFiles } from '../kernel-files.js'

const SECTOR_BYTES = 512
// In /sys/block/<disk>/stat: sectors written since the board started.
const SECTORS_WRITTEN = 6

/** The disk of a block device (`major:minor`, a partition mostly); else the board's first card. */
export function diskOf(files: KernelFiles, device: string | undefined): string | undefined {
  // ../../devices/platform/…/block/mmcblk0/mmcblk0p2
  const parts = (device === undefined ? undefined : files.link(`sys/dev/block/${device}`))?.split('/') ?? []
  const disks = files.names('sys/block')
  return parts.findLast((part) => disks.includes(part)) ?? disks.find((name) => /^mmcblk\d+$/.test(name))
}

export function storageWrittenBytes(files: KernelFiles, disk: string | undefined): number | undefined {
  const columns = disk === undefined ? undefined : files.text(`sys/block/${disk}/stat`)?.split(/ +/)
  const sectors = Number(columns?.[SECTORS_WRITTEN] ?? NaN)
  return Number.isFinite(sectors) ? sectors * SECTOR_BYTES : undefined
}

/**
 * eMMC says in tenths of its life how far its two kinds of cells are worn, 0x0b being past the end of it, and whether
 * its spare blocks run out; SD cards and NVMe disks have no such files.
 */
export function storageWearPercent(files: KernelFiles, disk: string | undefined): number | undefined {
  if (disk === undefined) return undefined
  const tenths = (files.text(`sys/block/${disk}/device/life_time`) ?? '').split(' ').map(hexadecimal)
  const spare = hexadecimal(files.text(`sys/block/${disk}/device/pre_eol_info`) ?? '')
  // 2: 80 % of the spare blocks are used up; 3: 90 %.
  const worst = Math.max(...tenths.map((tenth) => tenth * 10), spare >= 2 ? 60 + spare * 10 : 0)
  return worst > 0 ? worst : undefined
}

function hexadecimal(text: string): number {
  return /^0x[0-9a-f]+$/i.test(text) ? Number(text) : 0
}
