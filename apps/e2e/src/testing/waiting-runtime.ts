import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** runc, which can be told to wait where a container has its networks and ports, and nothing of it runs yet. */
export interface WaitingRuntime {
  // The program.
  path: string
  /** From now on, and until `goOn`, containers of this service come no further. */
  waitAt(service: string): void
  /** Whether one of them has come there. */
  isWaiting(): boolean
  goOn(): void
  remove(): void
}

export function createWaitingRuntime(): WaitingRuntime {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-runtime-'))
  const [path, wanted, reached] = ['runc', 'wanted', 'reached'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(path, script(wanted, reached), { mode: 0o755 })
  return {
    path,
    waitAt: (service) => writeFileSync(wanted, `FLOTILLA_SERVICE_NAME=${service}"\n`),
    isWaiting: () => existsSync(reached),
    goOn: () => {
      for (const file of [wanted, reached]) rmSync(file, { force: true })
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

// The container's variables are in its bundle.
const script = (wanted: string, reached: string) => `#!/bin/sh
case " $* " in
*' create '*)
  bundle=$(printf '%s\\n' "$@" | sed -n '/^--bundle$/{n;p}')
  while grep -qFf '${wanted}' "$bundle/config.json" 2>/dev/null; do
    touch '${reached}'
    sleep 0.1
  done ;;
esac
exec runc "$@"
`
