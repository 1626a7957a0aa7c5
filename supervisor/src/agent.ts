import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { EventRecorder } from './events.js'
import { createIdentity, openIdentity, type Identity } from './identity.js'
import { register, registerRequest } from './loops/register.js'
import type { Cloud } from './ports.js'
import type { Registration, Store } from './stored.js'
import { superviseDevice } from './supervise-device.js'
import { TimeKeeper } from './time/time-keeper.js'
import { SUPERVISOR_VERSION } from './version.js'
import type { AgentOptions, World } from './world.js'

/** Runs until the signal aborts. Containers stay as they are; a bug in any loop ends all of them and rejects. */
export async function runAgent(world: World, options: AgentOptions, signal: AbortSignal): Promise<void> {
  // Every loop, download and log listens to it.
  setMaxListeners(0, signal)
  // What just happened is not to be forgotten because the process ends.
  await live(world, options, signal).finally(() => world.store.atRest?.())
}

async function live(world: World, options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { log, host, store } = world
  // A host that does not tell one boot from another may have had one at any time.
  const clock = new TimeKeeper(world.clock, host.facts().bootId ?? randomUUID(), store.bootTimes)
  await clock.load()
  const identity = await ownIdentity(store)
  const events = new EventRecorder(store.events, clock, log)
  await events.record('supervisor-started', { version: SUPERVISOR_VERSION, bootId: host.facts().bootId })
  const onServerTime = (serverMs: number, roundTripMs: number) => {
    clock.hearServer(serverMs, roundTripMs).catch((error: unknown) => log.error('time could not be kept', { error }))
  }
  const cloud = world.cloud(identity, { clock, signal, onServerTime })
  const registration = await ownRegistration({ world, clock, options, cloud, identity, events }, signal)
  if (!registration) return
  await superviseDevice({ world, clock, options, cloud, identity, events, registration }, signal)
}

// No board's.
const NOBODY = '0'.repeat(32)

interface Applicant {
  world: World
  clock: TimeKeeper
  options: AgentOptions
  cloud: Cloud
  identity: Identity
  events: EventRecorder
}

async function ownIdentity(store: Store): Promise<Identity> {
  const stored = await store.identity.read()
  if (stored) return openIdentity(stored)
  // First of all: what was registered is not what will be now, however soon the power goes.
  const former = await store.registration.read()
  if (former) await store.registration.write({ ...former, hardwareUuid: NOBODY })
  const created = createIdentity()
  // On disk before anyone hears of it: a key that is lost is a board that is lost.
  await store.identity.write(created)
  return openIdentity(created)
}

async function ownRegistration(parts: Applicant, signal: AbortSignal): Promise<Registration | undefined> {
  const { world, clock, options, cloud, identity, events } = parts
  const { registration: document } = world.store
  const known = await document.read()
  const hardwareUuid = identity.uuid
  if (known && (known.hardwareUuid ?? hardwareUuid) === hardwareUuid) {
    if (known.hardwareUuid === undefined) await document.write({ ...known, hardwareUuid })
    return known
  }
  const request = registerRequest(identity, world.host.board(), options)
  const registration = await register(cloud, request, { clock, log: world.log }, signal)
  if (!registration) return undefined
  await document.write({ ...registration, hardwareUuid })
  const { deviceId, deviceName, fleetId } = registration
  if (known) await events.record('identity-lost', await lostDevice(world, known.deviceId, deviceId))
  await events.record('registered', { deviceId, deviceName, fleetId })
  return registration
}

/** Its containers and volumes are not ours to touch: whoever replaces the hardware of that device has them again. */
async function lostDevice(world: World, formerDeviceId: string, deviceId: string) {
  if (formerDeviceId === deviceId) return { formerDeviceId }
  const seen = await world
    .engine(formerDeviceId)
    .observe([])
    .catch(() => undefined)
  return { formerDeviceId, ...(seen && { containers: seen.containers.length }) }
}
