import type { Target } from '@flotilla/contracts'
import fc from 'fast-check'
import { containerSpec, specHash } from '../container-spec.js'
import type { CurrentContainer, CurrentNetwork, CurrentState, CurrentVolume } from '../current-state.js'
import { fingerprint } from '../fingerprint.js'
import { dependenciesOf } from '../dependencies.js'
import { containerName, networkName, volumeName } from '../engine-names.js'
import { APP_ID, DEVICE_ID, imageOf, OTHER_APP_ID, targetOf, type AppInput, type ServiceInput } from './targets.js'
import type { Behaviour } from './world.js'

/*
 * Random targets and states. `constructor`, `toString` and `1` are service names that trip careless lookups.
 */

export const SERVICES = ['1', 'api', 'constructor', 'db', 'web']
const NETWORKS = ['back', 'default', 'front']
const APPS = [APP_ID, OTHER_APP_ID]

/** What a service's programs do follows from its name and release, so that targets and worlds agree. */
export const BEHAVIOURS: Record<string, Behaviour> = { '1': { exitCode: 0 }, db: { hasHealthCheck: true } }

type Dependencies = NonNullable<ServiceInput['dependsOn']>
type DependenciesOf = (service: string) => fc.Arbitrary<Dependencies>
type Mode = fc.Arbitrary<string | undefined>

/** Targets that can be reached: each service depends on earlier ones only, in ways that can come true. */
export const reachableTarget = targetArbitrary(
  (service) => fc.subarray(SERVICES.slice(0, SERVICES.indexOf(service))).chain(reachableConditions),
  (service) => {
    const joinable = SERVICES.slice(0, SERVICES.indexOf(service)).filter((name) => name !== '1')
    return fc.constantFrom(undefined, undefined, 'host', ...joinable.map((name) => `service:${name}`))
  },
)

/** Targets with rings, unknown and impossible dependencies too. */
export const anyTarget = targetArbitrary(
  () =>
    fc.dictionary(fc.constantFrom(...SERVICES, 'ghost', 'toString'), dependency(fc.constantFrom(...CONDITIONS)), {
      maxKeys: 3,
    }),
  () => fc.constantFrom(undefined, 'host', ...SERVICES.map((name) => `service:${name}`), 'service:ghost'),
)

/** A state that has nothing to do with any engine's, but for the hashes that the target would give. */
export function anyState(target: Target): fc.Arbitrary<CurrentState> {
  const containers = fc.uniqueArray(anyContainer(target), { selector: ({ id }) => id, maxLength: 7 })
  return fc.record({
    platform: fc.constant('linux/arm64'),
    containers,
    networks: fc.uniqueArray(anyNetwork(), { selector: ({ id }) => id, maxLength: 4 }),
    volumes: fc.uniqueArray(anyVolume(), { selector: ({ name }) => name, maxLength: 3 }),
    // Mostly all of them: before that, nothing but downloading happens.
    images: fc.oneof({ weight: 3, arbitrary: fc.constant(ALL_IMAGES) }, fc.subarray(ALL_IMAGES)),
    downloading: fc.subarray(ALL_IMAGES, { maxLength: 2 }),
    attempts: fc.constant({}),
  })
}

const EMPTY_NETWORK_HASH = fingerprint({})
const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully'] as const
const ALL_IMAGES = SERVICES.flatMap((name) => [imageOf(name, 1), imageOf(name, 2)])

function targetArbitrary(dependencies: DependenciesOf, mode: (service: string) => Mode): fc.Arbitrary<Target> {
  const app = fc
    .subarray(SERVICES)
    .chain((names) =>
      fc
        .tuple(...names.map((name) => service(name, dependencies, mode).map((spec) => [name, spec] as const)))
        .map((entries) => closeOver(Object.fromEntries(entries))),
    )
  const networks = fc.dictionary(fc.constantFrom(...NETWORKS), fc.record({ internal: fc.boolean() }), { maxKeys: 3 })
  return fc
    .tuple(fc.subarray(APPS), app, app, networks)
    .map(([ids, first, second, given]) =>
      targetOf(...ids.map((id, i) => ({ id, services: i === 0 ? first : second, networks: given }) satisfies AppInput)),
    )
}

function service(
  name: string,
  dependencies: DependenciesOf,
  mode: (service: string) => Mode,
): fc.Arbitrary<ServiceInput> {
  const restart = name === '1' ? fc.constant('no' as const) : fc.constantFrom('always', 'unless-stopped', 'on-failure')
  return fc.record({
    version: fc.constantFrom(1, 2),
    environment: fc.constantFrom<Record<string, string>>({}, { A: '1' }, { A: '2' }),
    restart: restart.map((policy) => ({ name: policy })),
    dependsOn: dependencies(name),
    networkMode: mode(name),
    networks: fc.dictionary(fc.constantFrom(...NETWORKS), fc.constant({}), { maxKeys: 2 }),
    volumes: fc
      .subarray(['cache', 'readings'])
      .map((keys) => keys.map((key) => ({ type: 'volume' as const, source: key, target: `/${key}` }))),
  })
}

function reachableConditions(names: string[]): fc.Arbitrary<Dependencies> {
  const conditionOf = (name: string) => {
    const fitting = new Map<string, (typeof CONDITIONS)[number]>([
      ['1', 'service_completed_successfully'],
      ['db', 'service_healthy'],
    ])
    return fc.constantFrom(CONDITIONS[0], fitting.get(name) ?? CONDITIONS[0])
  }
  return fc
    .tuple(...names.map((name) => dependency(conditionOf(name)).map((it) => [name, it] as const)))
    .map((entries) => Object.fromEntries(entries))
}

function dependency(condition: fc.Arbitrary<Dependencies[string]['condition']>): fc.Arbitrary<Dependencies[string]> {
  return fc.record({ condition, required: fc.boolean(), restart: fc.boolean() })
}

// Without the services that a subset happens to lack, required dependencies on them would be unknown ones; a target with
// those comes from anyTarget.
function closeOver(services: Record<string, ServiceInput>): Record<string, ServiceInput> {
  const missing = Object.values(services)
    .flatMap(({ dependsOn, networkMode }) => [...Object.keys(dependsOn ?? {}), networkMode?.split('service:')[1]])
    .filter((name) => name !== undefined && SERVICES.includes(name) && !Object.hasOwn(services, name))
  const added = missing.flatMap((name) => (name === undefined ? [] : [[name, plain(name)] as const]))
  return { ...services, ...Object.fromEntries(added) }
}

function plain(name: string): ServiceInput {
  return { restart: { name: name === '1' ? 'no' : 'always' } }
}

function anyContainer(target: Target): fc.Arbitrary<CurrentContainer> {
  const networks = APPS.flatMap((app) => NETWORKS.map((key) => networkName(DEVICE_ID, app, key)))
  const known = wantedContainers(target)
  const strange = fc.record({
    appId: fc.constantFrom(...APPS),
    service: fc.constantFrom(...SERVICES, 'gone'),
    specHash: fc.constant('0'),
    image: fc.constantFrom(...ALL_IMAGES),
    networks: fc.subarray(networks, { maxLength: 2 }),
  })
  const time = fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined })
  const facts = fc.record({
    id: fc.integer({ min: 1, max: 20 }).map((id) => `x${id}`),
    status: fc.constantFrom(...STATUSES),
    exitCode: fc.constantFrom(undefined, 0, 1, 137),
    health: fc.constantFrom(undefined, 'starting', 'healthy', 'unhealthy'),
    startedAt: time,
    restartCount: fc.constantFrom(undefined, 0, 3),
    dependsOn: fc.option(fc.subarray([...SERVICES, 'gone'], { maxLength: 2 }), { nil: undefined }),
    volumes: fc.constant<string[]>([]),
  })
  const identity = known.length > 0 ? fc.oneof(fc.constantFrom(...known), strange) : strange
  return fc.tuple(facts, identity).map(([its, who]) => ({ ...its, ...who, name: nameFor(its.id, who) }))
}

// Names are unique in an engine.
function nameFor(id: string, { appId, service, specHash: hash }: Identity): string {
  return `${containerName(DEVICE_ID, appId, service, hash)}-${id}`
}

type Identity = Pick<CurrentContainer, 'appId' | 'service' | 'specHash' | 'image' | 'networks'>

// Only of services that lean on no other: their hash holds no container's id.
function wantedContainers(target: Target): Identity[] {
  return target.apps.flatMap((app) =>
    Object.entries(app.services)
      .filter(([name]) => !dependenciesOf(app, name).some(({ joins, restart }) => joins || restart))
      .map(([name, service]) => {
        const input = { target, app, service: name, platform: 'linux/arm64' as const }
        const spec = containerSpec(input, service)
        const networks = Object.values(spec.networkNames)
        return { appId: app.id, service: name, specHash: specHash(spec, input), image: spec.image, networks }
      }),
  )
}

const STATUSES = ['created', 'running', 'restarting', 'paused', 'exited', 'dead', 'removing'] as const

function anyNetwork(): fc.Arbitrary<CurrentNetwork> {
  const place = fc.tuple(fc.constantFrom(...APPS), fc.constantFrom(...NETWORKS, 'gone'))
  const attached = fc.subarray(['x1', 'x2', 'x3', 'x4', 'foreign'], { maxLength: 2 })
  const id = fc.integer({ min: 1, max: 9 }).map((number) => `m${number}`)
  const hash = fc.constantFrom(EMPTY_NETWORK_HASH, 'other')
  return fc.tuple(id, place, hash, attached).map(([networkId, [appId, key], specHashOf, ids]) => ({
    id: networkId,
    name: networkName(DEVICE_ID, appId, key),
    appId,
    key,
    specHash: specHashOf,
    attached: ids,
  }))
}

function anyVolume(): fc.Arbitrary<CurrentVolume> {
  return fc
    .tuple(fc.constantFrom(...APPS), fc.constantFrom('cache', 'readings', 'gone'))
    .map(([appId, key]) => ({ name: volumeName(DEVICE_ID, appId, key), appId, key }))
}
