/*
 * Restarts the engine as the board's own system does it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineControl } from '../../host/engine-restarts.js'
import { isContainerRoot } from './host-root.js'
import { runOnHost, type RunOnHost } from './linux-control.js'

export interface EngineControlOptions {
  // Through the host's shell; absent: systemd is asked.
  command?: string
  // Whether the machine is the supervisor's to restart things on.
  managesHost: boolean
}

/** Undefined where nobody said how, or that it may. `root`: the host's root folder as this process reaches it. */
export function engineControl(
  { command, managesHost }: EngineControlOptions,
  root: string,
  run: RunOnHost = runOnHost(root),
): EngineControl | undefined {
  if (command !== undefined) return { restart: async () => void (await run('sh', ['-c', command])) }
  const isOurs = managesHost && !isContainerRoot(root) && existsSync(join(root, 'run/systemd/system'))
  return isOurs ? { restart: async () => void (await run('systemctl', ['restart', 'docker.service'])) } : undefined
}
