/*
 * Targets for tests; whatever a test does not mention has a plain value.
 */
import type { ServiceSpecInput, TargetInput } from '@flotilla/contracts'
import { FakeImageRegistry } from './fake-image-registry.js'
import { APP_ID } from './steps.js'

export type AppInput = TargetInput['apps'][number]
export type ServiceInput = AppInput['services'][string]

/** What is behind the images that tests name: for engines and registries in memory. */
export const FAKE_IMAGES = new FakeImageRegistry()

/** An image that no real registry has, of a base that they all have and a layer of its own. */
export function fakeImage(name: string) {
  const { image } = FAKE_IMAGES.publish(`registry.test/${name}`, ['base', name])
  const [repository = '', digest = ''] = image.split('@')
  return { repository, digest }
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
