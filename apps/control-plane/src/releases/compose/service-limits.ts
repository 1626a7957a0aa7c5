import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'
import { isDefined, textMap } from './lists.js'
import { parseBytes } from './quantities.js'
import type { SpecReaders } from './spec-readers.js'

type Ulimits = NonNullable<ServiceSpecInput['ulimits']>

const SIZE = 'a size like 64m or 1g'
// Engines refuse less.
const MIN_MEMORY_BYTES = 6 * 1024 * 1024

/** What a service may use of the board. */
export const limitReaders: SpecReaders = (spec) => ({
  mem_limit: (value) => (spec.memLimitBytes = memory(value)),
  mem_reservation: (value) => (spec.memReservationBytes = memory(value)),
  shm_size: (value) => (spec.shmSizeBytes = value.parsed(parsePositiveBytes, SIZE)),
  cpus: (value) => (spec.cpus = value.parsed(parseCpus, 'a number of processors like 0.5')),
  cpu_shares: (value) => (spec.cpuShares = value.integer(2, 262_144)),
  cpuset: (value) => (spec.cpuset = value.parsed(parseCpuset, 'processors like "0-2,3"')),
  pids_limit: (value) => (spec.pidsLimit = value.integer(-1, 4_194_304)),
  oom_score_adj: (value) => (spec.oomScoreAdj = value.integer(-1000, 1000)),
  ulimits: (value) => (spec.ulimits = readUlimits(value)),
  sysctls: (value) => (spec.sysctls = textMap(value, { refuse: (name) => `${name} needs a value` })),
})

function memory(field: Field): number | undefined {
  const bytes = field.parsed(parsePositiveBytes, SIZE)
  return bytes !== undefined && bytes < MIN_MEMORY_BYTES ? field.refuse('must be at least 6m') : bytes
}

function parsePositiveBytes(text: string): number | undefined {
  return parseBytes(text) || undefined
}

function parseCpus(text: string): number | undefined {
  const cpus = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
  return cpus > 0 && cpus <= 1024 ? cpus : undefined
}

function parseCpuset(text: string): string | undefined {
  return /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text) ? text : undefined
}

function readUlimits(field: Field): Ulimits {
  const limits = field.entries('a mapping of limits').map(([name, value]) => {
    const limit = value.kind === 'map' ? softAndHard(value) : oneLimit(value)
    return limit && ([name, limit] as const)
  })
  return Object.fromEntries(limits.filter(isDefined))
}

function oneLimit(field: Field): Ulimits[string] | undefined {
  const limit = field.integer(-1)
  return limit === undefined ? undefined : { soft: limit, hard: limit }
}

function softAndHard(field: Field): Ulimits[string] | undefined {
  const limit: { soft?: number; hard?: number } = {}
  field.members({
    soft: (value) => (limit.soft = value.integer(-1)),
    hard: (value) => (limit.hard = value.integer(-1)),
  })
  const { soft, hard } = limit
  if (soft === undefined || hard === undefined) return field.refuse('needs soft and hard')
  return { soft, hard }
}
