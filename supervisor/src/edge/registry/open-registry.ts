import { ShortLivedToken } from '../cloud/short-lived-token.js'
import type { Clock, Cloud, Engine } from '../../ports.js'
import { RegistryHosts } from './registry-hosts.js'
import { RegistryHttp } from './registry-http.js'
import { RegistrySource } from './registry-source.js'

export interface RegistryWorld {
  cloud: Pick<Cloud, 'registryToken'>
  engine: Pick<Engine, 'registryRules'>
  clock: Clock
  // The engine's certs.d as this process reaches it.
  certificates: string
}

export interface Registry {
  source: RegistrySource
  /** Lets go of the connections that are kept. */
  close(): void
}

export function openRegistry({ cloud, engine, clock, certificates }: RegistryWorld): Registry {
  const http = new RegistryHttp(
    new ShortLivedToken(() => cloud.registryToken(), clock),
    new RegistryHosts(engine, certificates),
  )
  return { source: new RegistrySource(http, clock), close: () => http.close() }
}
