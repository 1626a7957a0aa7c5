import { hasVersions, requirementOfLabel, type ServiceSpecInput } from '@flotilla/contracts'
import validRange from 'semver/ranges/valid.js'
import { type BuildSection, readBuild } from './build-section.js'
import type { Field } from './field.js'
import { INSTEAD_IN_SERVICE } from './instead.js'
import { textMap } from './lists.js'
import { readAttachments } from './networks.js'
import { readExpose, readPorts } from './ports.js'
import { dependsOnReader, healthcheckReader, lifeReaders } from './service-life.js'
import { limitReaders } from './service-limits.js'
import { readMounts, readTmpfs } from './mounts.js'
import { boardReaders, processReaders } from './service-process.js'

/** A service as the file says it, with what later checks need to point at. */
export interface ServiceSection {
  name: string
  // Where the service begins, and each of its members.
  field: Field
  members: ReadonlyMap<string, Field>
  spec: ServiceSpecInput
  build?: BuildSection
  image?: string
}

export function readService(name: string, field: Field): ServiceSection | undefined {
  if (field.kind !== 'map') return field.refuse('takes a mapping with build or image')
  const section: ServiceSection = { name, field, members: new Map(field.entries()), spec: {} }
  const { spec } = section
  field.members(
    {
      image: (value) => (section.image = readImage(value)),
      build: (value) => (section.build = readBuild(value)),
      environment: (value) => (spec.environment = textMap(value, { refuse: describeBareVariable })),
      labels: (value) => (spec.labels = textMap(value, { use: '' }, checkLabel)),
      ports: (value) => (spec.ports = readPorts(value)),
      expose: (value) => (spec.expose = readExpose(value)),
      volumes: (value) => (spec.volumes = readMounts(value)),
      tmpfs: (value) => (spec.tmpfs = readTmpfs(value)),
      networks: (value) => (spec.networks = readAttachments(value)),
      depends_on: dependsOnReader(spec),
      healthcheck: healthcheckReader(spec),
      ...processReaders(spec),
      ...boardReaders(spec),
      ...lifeReaders(spec),
      ...limitReaders(spec),
    },
    INSTEAD_IN_SERVICE,
  )
  if (!section.members.has('image') && !section.members.has('build')) {
    field.refuse('needs build (a folder with a Dockerfile) or image')
  }
  return section
}

function readImage(field: Field): string | undefined {
  const shape = /^[a-z0-9][\w.:/-]*(?:@sha256:[0-9a-f]{64})?$/
  return field.parsed((text) => (shape.test(text) ? text : undefined), 'the name of an image like redis:7-alpine')
}

// What no board could ever meet is refused here, and not by each of them.
function checkLabel(label: string, value: string, field: Field): void {
  const what = requirementOfLabel(label)
  if (what === undefined || !hasVersions(what) || validRange(value.trim()) !== null) return
  field.refuse(
    `${label} is "${value}", which is no range of versions; write one like >=6.1, ^6.1.0 || 7.x or 5.10 - 6.6`,
  )
}

function describeBareVariable(name: string): string {
  return (
    `${name} has no value here, and there is no shell to take it from; write a value, or remove it and set the ` +
    `Flotilla variable ${name}`
  )
}
