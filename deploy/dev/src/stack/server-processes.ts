import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startProcess, type RunningProcess } from '../processes/process.js'
import { baseEnvironment, programCommand } from './built-programs.js'
import { programEnvironment, type ServerProgram, type StackOptions, type StackSettings } from './options.js'

/** The first user, told once by the run of main.migrate that made it. */
export interface FirstAdmin {
  email: string
  password: string
}

/** Runs main.migrate to its end. */
export async function migrate(settings: StackSettings, options: StackOptions): Promise<FirstAdmin | undefined> {
  mkdirSync(join(settings.dataDir, 'control-plane'), { recursive: true })
  const lines: string[] = []
  const program = await startProcess({
    ...programCommand('migrate'),
    name: 'migrate',
    env: { ...baseEnvironment(), ...settings.environment, ...programEnvironment('migrate', settings, options.admin) },
    // No log file: the output holds the first password.
    onLine: (line) => lines.push(line),
  })
  const { code } = await program.exited
  if (code !== 0) throw new Error(['Could not prepare the database.', ...lines.slice(-30)].join('\n'))
  const told = lines.find((line) => line.startsWith('{"admin":'))
  return told ? (JSON.parse(told) as { admin: FirstAdmin }).admin : undefined
}

/** Starts one of the programs that stay, and waits until it does its work. */
export function startServerProgram(
  name: ServerProgram,
  settings: StackSettings,
  options: StackOptions,
): Promise<RunningProcess> {
  return startProcess({
    ...programCommand(name),
    name,
    env: { ...baseEnvironment(), ...settings.environment, ...programEnvironment(name, settings) },
    logFile: join(settings.dataDir, 'logs', `${name}.log`),
    onLine: (line) => options.onLine?.(name, line),
    ready: name === 'api' ? () => isReady(settings.publicUrl) : READY_LINES[name],
    readyTimeoutMs: 120_000,
    stopTimeoutMs: 20_000,
    onCrash: options.onCrash,
  })
}

const READY_LINES = { worker: /waiting for work/, builder: /waiting for builds/ }

async function isReady(publicUrl: string): Promise<boolean> {
  const answer = await fetch(`${publicUrl}/api/v1/ready`)
  return answer.ok
}
