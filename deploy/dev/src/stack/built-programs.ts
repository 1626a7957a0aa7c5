import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder; this file is three folders below it, as source and built alike. */
export const PROJECT_FOLDER = fileURLToPath(new URL('../../../..', import.meta.url))

const PROGRAMS = {
  migrate: 'apps/control-plane/dist/main.migrate.js',
  api: 'apps/control-plane/dist/main.api.js',
  worker: 'apps/control-plane/dist/main.worker.js',
  builder: 'apps/control-plane/dist/main.builder.js',
  supervisor: 'supervisor/dist/supervisor.mjs',
}
export type ProgramName = keyof typeof PROGRAMS

/** How to run a built program of ours. */
export function programCommand(
  name: ProgramName,
  nodeFlags = ['--enable-source-maps'],
): { command: string; args: string[] } {
  const file = join(PROJECT_FOLDER, PROGRAMS[name])
  if (!existsSync(file)) throw new Error(`${PROGRAMS[name]} does not exist: run "npm run build" first.`)
  return { command: process.execPath, args: [...nodeFlags, file] }
}

/** What every program gets of our environment; all else is given to it by name. */
export function baseEnvironment(): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS']
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const names = [...passed, ...proxies].filter((name) => process.env[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}
