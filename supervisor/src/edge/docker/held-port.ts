/*
 * Engines that were killed while a container with a published port was starting keep that port, when they come back, for
 * a container that never ran (moby/libnetwork#1790): no call of their API frees it, only their restart does.
 */
import type Docker from 'dockerode'
import { EngineFaultError } from '../../errors.js'

// Its own list of ports says so. What another program of the board listens on is "address already in use".
const ALLOCATED = /Bind for \S+:(\d+) failed: port is already allocated/

/** The engine's fault where it refuses a port that no container has; else undefined. */
export async function heldPort(docker: Docker, error: unknown): Promise<EngineFaultError | undefined> {
  const found = ALLOCATED.exec(error instanceof Error ? error.message : '')
  if (!found) return undefined
  // An engine that does not say who has it is not to be blamed for more.
  const containers = await docker.listContainers({ abortSignal: AbortSignal.timeout(10_000) }).catch(() => undefined)
  const port = Number(found[1])
  if (!containers || containers.some(({ Ports: ports }) => ports.some(({ PublicPort: taken }) => taken === port)))
    return undefined
  return new EngineFaultError(`the engine holds port ${port}, which no container has, until it is restarted`)
}
