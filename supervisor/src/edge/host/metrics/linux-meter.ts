/*
 * How the board is, as its kernel tells: plain reads of small files and one statfs, no child process. It knows nothing
 * of when or for whom.
 */
import { stat, statfs } from 'node:fs/promises'
import type { Meter, Reading } from '../../../ports.js'
import { KernelFiles } from '../kernel-files.js'
import { memory } from './memory.js'
import { defaultInterface, linkQuality, traffic } from './network.js'
import { powerSource, powerSupply, type PowerSource } from './power-supply.js'
import { busyPercent, loadAverage, processorTime, uptimeSeconds, type ProcessorTime } from './processor.js'
import { diskOf, storageWearPercent, storageWrittenBytes } from './storage.js'
import { temperatureCelsius, thermalZone } from './temperature.js'

// Drivers come up late, and a stick may be plugged in; looking for them costs more than reading them.
const READINGS_BETWEEN_SEARCHES = 60

interface Places {
  zone?: string
  power?: PowerSource
  disk?: string
}

export interface LinuxMeterOptions {
  // Where /proc and /sys are; another root in tests.
  root?: string
  /** A folder on the file system that holds the engine's data; undefined: not known (yet). */
  dataFolder?: () => string | undefined
  // major:minor of that file system's device; absent: looked up.
  device?: string
}

export class LinuxMeter implements Meter {
  private readonly files: KernelFiles
  private processor?: ProcessorTime
  private places: Places = {}
  private readings = 0

  constructor(private readonly options: LinuxMeterOptions = {}) {
    this.files = new KernelFiles(options.root ?? '/')
  }

  async read(): Promise<Reading> {
    const { files } = this
    const disk = await this.disk()
    if (this.readings++ % READINGS_BETWEEN_SEARCHES === 0) this.places = await this.search()
    const { zone, power, disk: block } = this.places
    const before = this.processor
    this.processor = processorTime(files)
    const network = defaultInterface(files)
    return {
      cpuPercent: busyPercent(before, this.processor),
      loadAverage: loadAverage(files),
      ...memory(files),
      ...disk,
      temperatureCelsius: temperatureCelsius(files, zone),
      ...powerSupply(files, power),
      storageWearPercent: storageWearPercent(files, block),
      storageWrittenBytes: storageWrittenBytes(files, block),
      ...linkQuality(files, network),
      ...traffic(files, network),
      uptimeSeconds: uptimeSeconds(files),
    }
  }

  /** As df counts it: what is kept for root alone is neither used nor free. */
  private async disk(): Promise<Pick<Reading, 'diskUsedBytes' | 'diskTotalBytes'>> {
    const folder = this.options.dataFolder?.()
    const fs = folder === undefined ? undefined : await statfs(folder).catch(() => undefined)
    if (!fs) return {}
    return { diskUsedBytes: (fs.blocks - fs.bfree) * fs.bsize, diskTotalBytes: fs.blocks * fs.bsize }
  }

  private async search(): Promise<Places> {
    const device = this.options.device ?? (await this.deviceOfData())
    return { zone: thermalZone(this.files), power: powerSource(this.files), disk: diskOf(this.files, device) }
  }

  private async deviceOfData(): Promise<string | undefined> {
    const folder = this.options.dataFolder?.()
    const found = folder === undefined ? undefined : await stat(folder).catch(() => undefined)
    // As glibc's major() and minor() take a device number apart, for the numbers that disks have.
    return found && `${(found.dev >> 8) & 0xfff}:${(found.dev & 0xff) | ((found.dev >> 12) & 0xfff00)}`
  }
}
