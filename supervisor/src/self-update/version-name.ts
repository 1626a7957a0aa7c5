import type { TargetSupervisor } from '@flotilla/contracts'

/** The folder of a version. The digest is part of it: what was rebuilt under the same number is another one. */
export function versionName(version: string, digest: string): string {
  return `${version.replaceAll(/[^\w.+-]/g, '_').replace(/^[.-]+/, '')}-${digest.replace(/^sha256:/, '').slice(0, 12)}`
}

/** Undefined: the target names none that can be fetched as a file. */
export function wantedName({ version, bundle }: TargetSupervisor): string | undefined {
  return bundle && versionName(version, bundle.digest)
}
