import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePortFrom, isPortFree } from '../processes/ports.js'
import { waitFor } from '../processes/wait.js'
import { DemoError } from './errors.js'

/** What a first start decided, and later ones keep: addresses are in images, remotes and devices. */
export interface DemoSettings {
  address: string
  port: number
  registryPort: number
  /** Where the demo device publishes its page. */
  appPort: number
}

export interface WantedSettings {
  address?: string
  port?: number
  registryPort?: number
}

/** The kept settings with those that are wanted now; ports that are taken are an error that says what to do. */
export async function demoSettings(home: string, wanted: WantedSettings): Promise<DemoSettings> {
  const file = join(home, 'settings.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoSettings) : undefined
  const settings = {
    address: wanted.address ?? kept?.address ?? '127.0.0.1',
    port: await choosePort('--port', wanted.port ?? kept?.port, 8080),
    registryPort: await choosePort('--registry-port', wanted.registryPort ?? kept?.registryPort, 5000),
    appPort: kept?.appPort ?? (await freePortFrom(8000)),
  }
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`)
  return settings
}

async function choosePort(option: string, wanted: number | undefined, usual: number): Promise<number> {
  if (wanted === undefined) return freePortFrom(usual)
  // A start that was killed a moment ago may still be letting go of it.
  const free = waitFor(() => isPortFree(wanted), { what: `port ${wanted} is free`, timeoutMs: 3000 })
  await free.catch(() => {
    throw new DemoError(
      `Port ${wanted} is in use by another program. Stop that, or choose another one: npm start -- ${option} ${wanted + 1}`,
    )
  })
  return wanted
}

/** Keeps a second start from running on the same data; gives the function that ends that. */
export function lockHome(home: string): () => void {
  const file = join(home, 'running.pid')
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined
  if (pid && pid !== process.pid && isOurs(pid)) {
    throw new DemoError(
      `Flotilla runs already with the data in ${home} (process ${pid}). Stop that one with Ctrl-C first.`,
    )
  }
  writeFileSync(file, String(process.pid))
  return () => rmSync(file, { force: true })
}

/** True the first time that it is asked for this name. */
export function isFirstTime(home: string, name: string): boolean {
  const file = join(home, name)
  if (existsSync(file)) return false
  writeFileSync(file, '')
  return true
}

// After a crash the number may belong to any other program.
function isOurs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs')
  } catch {
    return false
  }
}
