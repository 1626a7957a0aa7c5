/*
 * Steps for tests that speak to an engine directly; whatever a test does not mention has a plain value.
 */
import { NetworkSpecSchema, ServiceSpecSchema, VolumeSpecSchema, type ServiceSpecInput } from '@flotilla/contracts'
import { fingerprint } from '@flotilla/reconcile'
import type { StepOf } from '../ports.js'

export const APP_ID = '0d5f5e51-6f1c-4a43-9c4f-0f6a3e1a7c11'

export function createNetworkStep(
  name: string,
  change: Partial<StepOf<'create-network'>> = {},
): StepOf<'create-network'> {
  const spec = NetworkSpecSchema.parse({})
  return { kind: 'create-network', appId: APP_ID, key: 'default', name, spec, specHash: fingerprint(spec), ...change }
}

export function createVolumeStep(name: string): StepOf<'create-volume'> {
  return { kind: 'create-volume', appId: APP_ID, key: 'data', name, spec: VolumeSpecSchema.parse({}) }
}

export interface ContainerWish {
  image: string
  config?: ServiceSpecInput
  networkNames?: Record<string, string>
  volumeNames?: Record<string, string>
  joins?: Record<string, string>
  dependsOn?: string[]
}

export function createContainerStep(name: string, wish: ContainerWish): StepOf<'create-container'> {
  const { dependsOn: _order, ...config } = ServiceSpecSchema.parse(wish.config ?? {})
  const spec = {
    appId: APP_ID,
    service: name,
    image: wish.image,
    config,
    networkNames: wish.networkNames ?? {},
    volumeNames: wish.volumeNames ?? {},
    ...(wish.joins && { joins: wish.joins }),
  }
  return {
    kind: 'create-container',
    appId: APP_ID,
    service: name,
    name,
    spec,
    specHash: fingerprint(spec),
    dependsOn: wish.dependsOn ?? [],
    reason: 'it is new',
  }
}
