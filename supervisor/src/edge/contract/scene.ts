/*
 * The stage of the engine contract: an engine of any kind, and what its tests keep doing to it.
 */
import type { ServiceSpecInput } from '@flotilla/contracts'
import { randomUUID } from 'node:crypto'
import type { Engine, LogFrame, Observation } from '../../ports.js'
import { createContainerStep, type ContainerWish } from '../../testing/steps.js'
import type { Program } from '../fake/fake-container.js'

export interface EngineHarness {
  engine: (deviceId: string) => Engine
  // In the registry and not in the engine; the first is for all, the second for the test that removes it.
  images: [string, string]
  // In the registry by name, with a layer missing: a pull begins well and fails.
  brokenImage: string
  /** A service that does this when it is started. */
  running: (program: Program) => ServiceSpecInput
  /** Makes and starts a container that is not Flotilla's, in this network; gives its id. */
  addForeignContainer: (network: string) => Promise<string>
  hasContainer: (id: string) => Promise<boolean>
  stop: () => Promise<void>
}

export interface Scene {
  engine: Engine
  harness: EngineHarness
  image: string
  look: () => Promise<Observation>
  /** Creates a container under a name of its own and gives what is then observed of it. */
  create: (wish?: Partial<ContainerWish>) => Promise<Observation['containers'][number]>
}

/** A device of its own on the one engine. */
export function makeScene(harness: EngineHarness): Scene {
  const engine = harness.engine(randomUUID())
  const [image] = harness.images
  const look = () => engine.observe(harness.images.map(repositoryOf))
  return {
    engine,
    harness,
    image,
    look,
    async create(wish) {
      const name = uniqueName('web')
      await engine.createContainer(createContainerStep(name, { image, ...wish }))
      const found = (await look()).containers.find((container) => container.name === name)
      if (!found) throw new Error(`${name} was created and is not there`)
      return found
    },
  }
}

export async function readAll(engine: Engine, id: string, since?: string): Promise<LogFrame[]> {
  const frames: LogFrame[] = []
  for await (const frame of engine.readLogs(id, { since, signal: new AbortController().signal })) frames.push(frame)
  return frames
}

/** Gives how many bytes were done, each time that it was told. */
export async function pull(engine: Engine, image: string): Promise<number[]> {
  const done: number[] = []
  const { signal } = new AbortController()
  await engine.pullFrom(image, { token: 'token', signal, onBytes: (doneBytes) => done.push(doneBytes) })
  return done
}

export function repositoryOf(image: string): string {
  return image.slice(0, image.lastIndexOf('@'))
}

export function uniqueName(kind: string): string {
  return `${kind}-${randomUUID().slice(0, 8)}`
}
