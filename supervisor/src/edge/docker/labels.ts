/*
 * The labels by which the supervisor knows its own in the engine. They are on containers made by older supervisors, so
 * a name or meaning can never change.
 */
export const LABELS = {
  device: 'io.flotilla.device',
  app: 'io.flotilla.app',
  service: 'io.flotilla.service',
  specHash: 'io.flotilla.spec-hash',
  // repository@digest
  image: 'io.flotilla.image',
  // Comma-separated services that it depends on. Absent: unknown.
  dependsOn: 'io.flotilla.depends-on',
  // The policy that was asked for, where the engine was given another one: `always`, `on-failure:3`.
  restart: 'io.flotilla.restart',
  // The app's key of a network or volume.
  network: 'io.flotilla.network',
  volume: 'io.flotilla.volume',
  // Of containers that are no app's, only there to read an image's files: the device that made them.
  source: 'io.flotilla.source',
} as const
