/*
 * The connection to an engine.
 */
import Docker from 'dockerode'

export type EngineAddress = { socketPath: string } | { host: string; port: number }

/** Said in full, or docker-modem would read DOCKER_HOST by itself. */
export function dockerClient(address: EngineAddress): Docker {
  const { host, port, socketPath } = { host: undefined, port: undefined, socketPath: undefined, ...address }
  return new Docker({ host, port, socketPath, protocol: 'http' })
}
