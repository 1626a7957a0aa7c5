/*
 * What the engine's own settings say, and what follows from them.
 */
import type Docker from 'dockerode'
import { z } from 'zod'
import type { RegistryRules } from '../../ports.js'

// Engines that only look like Docker have none of it.
const RegistryConfigSchema = z.object({
  InsecureRegistryCIDRs: z.array(z.string()).nullish(),
  IndexConfigs: z.record(z.string(), z.object({ Secure: z.boolean().optional() })).nullish(),
})

export async function registryRules(docker: Docker): Promise<RegistryRules> {
  const { RegistryConfig: settings } = (await docker.info()) as { RegistryConfig?: unknown }
  const { IndexConfigs: hosts, InsecureRegistryCIDRs: networks } = RegistryConfigSchema.catch({}).parse(settings)
  return {
    insecureHosts: Object.entries(hosts ?? {}).flatMap(([host, { Secure }]) => (Secure === false ? [host] : [])),
    insecureNetworks: networks ?? [],
  }
}

/**
 * Docker's json-file logs grow until the card is full. Rotated, unless the board's owner chose another driver; the lines
 * are shipped anyway.
 */
export async function defaultLogging(docker: Docker): Promise<Docker.HostConfig['LogConfig']> {
  const { LoggingDriver: driver } = (await docker.info()) as { LoggingDriver?: string }
  if (driver !== 'json-file') return undefined
  return { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } }
}
