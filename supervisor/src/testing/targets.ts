/*
 * Targets for tests; whatever a test does not mention has a plain value.
 */
import type { ServiceSpecInput, TargetInput } from '@flotilla/contracts'
import { createHash } from 'node:crypto'
import { APP_ID } from './steps.js'

export type AppInput = TargetInput['apps'][number]
export type ServiceInput = AppInput['services'][string]

/** An image that no registry has: for the in-memory engine. */
export function fakeImage(name: string) {
  return { repository: `registry.test/${name}`, digest: `sha256:${createHash('sha256').update(name).digest('hex')}` }
}

export function imageName({ repository, digest }: { repository: string; digest: string }): string {
  return `${repository}@${digest}`
}

export function service(image: ServiceInput['image'], config: ServiceSpecInput = {}): ServiceInput {
  return { image, ...config }
}

/** `release` is a number that makes the release's id: 1, 2, … */
export function app(release: number, services: AppInput['services'], change: Partial<AppInput> = {}): AppInput {
  const id = `3f0b7c52-8a54-4a0e-9c1b-${String(release).padStart(12, '0')}`
  return { id: APP_ID, name: 'weather', release: { id, version: `${release}.0.0` }, services, ...change }
}
