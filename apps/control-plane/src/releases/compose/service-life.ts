import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'
import { INSTEAD_IN_HEALTHCHECK } from './instead.js'
import { textList } from './lists.js'
import { parseDuration } from './quantities.js'
import type { SpecReaders } from './spec-readers.js'

type Dependencies = NonNullable<ServiceSpecInput['dependsOn']>
type Healthcheck = NonNullable<ServiceSpecInput['healthcheck']>

const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'] as const
const DURATION = 'a duration like 30s or 1m30s'

/** How a service is stopped and started again. */
export const lifeReaders: SpecReaders = (spec) => ({
  restart: (value) => (spec.restart = readRestart(value)),
  stop_signal: (value) => (spec.stopSignal = value.text('a signal like SIGINT')),
  stop_grace_period: (value) => (spec.stopGracePeriodMs = value.parsed(parseDuration, DURATION)),
})

function readRestart(field: Field): ServiceSpecInput['restart'] {
  const expected = '"no", always, unless-stopped, on-failure or on-failure:<times>'
  const text = field.text(expected)
  if (text === undefined) return undefined
  // YAML 1.1 habits: an unquoted `no` used to be a boolean.
  if (text === 'no' || text === 'false') return { name: 'no' }
  if (text === 'always' || text === 'unless-stopped' || text === 'on-failure') return { name: text }
  const [, times] = /^on-failure:(\d{1,6})$/.exec(text) ?? []
  if (times !== undefined) return { name: 'on-failure', maximumRetryCount: Number(times) }
  return field.refuse(`takes ${expected}`)
}

export function dependsOnReader(spec: ServiceSpecInput): (field: Field) => void {
  return (field) => {
    spec.dependsOn =
      field.kind === 'list'
        ? Object.fromEntries(textList(field).map((name) => [name, { condition: 'service_started' }]))
        : Object.fromEntries(
            field.entries('a list or a mapping of services').map(([name, value]) => [name, readDependency(value)]),
          )
  }
}

function readDependency(field: Field): Dependencies[string] {
  const dependency: Dependencies[string] = { condition: 'service_started' }
  if (field.kind === 'null') return dependency
  field.members({
    condition: (value) =>
      (dependency.condition = (value.words(CONDITIONS) ?? 'service_started') as typeof dependency.condition),
    restart: (value) => (dependency.restart = value.boolean()),
    required: (value) => (dependency.required = value.boolean()),
  })
  return dependency
}

export function healthcheckReader(spec: ServiceSpecInput): (field: Field) => void {
  return (field) => {
    const check: Healthcheck = {}
    let off = false
    field.members(
      {
        test: (value) => (check.test = readTest(value)),
        interval: (value) => (check.intervalMs = value.parsed(parseDuration, DURATION)),
        timeout: (value) => (check.timeoutMs = value.parsed(parseDuration, DURATION)),
        start_period: (value) => (check.startPeriodMs = value.parsed(parseDuration, DURATION)),
        retries: (value) => (check.retries = value.integer(0, 1_000_000)),
        disable: (value) => (off = value.boolean() ?? false),
      },
      INSTEAD_IN_HEALTHCHECK,
    )
    spec.healthcheck = off ? { test: ['NONE'] } : check
  }
}

function readTest(field: Field): string[] | undefined {
  if (field.kind === 'scalar') {
    const line = field.text()
    return line === undefined ? undefined : ['CMD-SHELL', line]
  }
  const words = textList(field)
  if (words[0] === 'NONE' || (words.length > 1 && (words[0] === 'CMD' || words[0] === 'CMD-SHELL'))) return words
  return field.refuse('begins with CMD, CMD-SHELL or NONE: ["CMD", "wget", "-qO-", "http://localhost"]')
}
