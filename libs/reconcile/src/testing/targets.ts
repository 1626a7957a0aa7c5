import {
  TargetSchema,
  UpdatePolicySchema,
  type ServiceSpecInput,
  type Target,
  type TargetInput,
} from '@flotilla/contracts'

/*
 * Targets for tests: what a test does not speak of is filled in.
 */

export const DEVICE_ID = '0d000000-0000-4000-8000-0000000000d1'
export const APP_ID = '0a000000-0000-4000-8000-0000000000a1'
export const OTHER_APP_ID = '0a000000-0000-4000-8000-0000000000a2'

export type ServiceInput = ServiceSpecInput & { version?: number }

export interface AppInput {
  id?: string
  // Number of the release: its id and version follow. Absent: 1.
  release?: number
  version?: string
  services: Record<string, ServiceInput>
  volumes?: TargetInput['apps'][number]['volumes']
  networks?: TargetInput['apps'][number]['networks']
}

/** A target with one app, or with those given. */
export function targetOf(...apps: AppInput[]): Target {
  return TargetSchema.parse({
    protocol: 1,
    generation: 1,
    device: { id: DEVICE_ID, name: 'porch', hardwareUuid: '0123456789abcdef0123456789abcdef' },
    fleet: { id: APP_ID, name: 'weather', organization: 'acme' },
    apps: apps.map((app) => ({
      id: app.id ?? APP_ID,
      name: 'weather',
      release: { id: releaseId(app.release), version: app.version ?? `${app.release ?? 1}.0.0` },
      services: Object.fromEntries(Object.entries(app.services).map(([name, input]) => [name, service(name, input)])),
      volumes: app.volumes,
      networks: app.networks,
    })),
  } satisfies TargetInput)
}

/** The same target under another policy. */
export function withPolicy(target: Target, policy: TargetInput['policy']): Target {
  return { ...target, policy: UpdatePolicySchema.parse({ ...target.policy, ...policy }) }
}

/** repository@digest of one version of a service's image. */
export function imageOf(name: string, version = 1): string {
  return `registry.test/${name}@${digestOf(version)}`
}

export function releaseId(release = 1): string {
  return `0e000000-0000-4000-8000-0000000000e${release.toString(16)}`
}

function service(name: string, { version = 1, ...spec }: ServiceInput) {
  return { ...spec, image: { repository: `registry.test/${name}`, digest: digestOf(version), sizeBytes: 1_000_000 } }
}

function digestOf(version: number): string {
  return `sha256:${version.toString(16).padStart(64, '0')}`
}
