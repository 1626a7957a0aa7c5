import { OPTIONS } from './script/options.js'
import { PLACES } from './script/places.js'
import { PROGRAM } from './script/program.js'
import { SYSTEM } from './script/system.js'
import { UNINSTALL } from './script/uninstall.js'

export interface InstallValues {
  serverUrl: string
  provisioningKey: string
  deviceName?: string
  // The one that the server has; its digest is sha256 in hex.
  supervisor: { version: string; digest: string; path: string }
}

/**
 * The shell script that makes a Debian or Raspberry Pi OS board a device. It is piped into a shell, so all of it is in
 * functions and the last lines start it: a download that breaks off runs nothing. It may be run again at any time.
 */
export function installScript(values: InstallValues): string {
  return [HEAD, settings(values), PLACES, OPTIONS, SYSTEM, PROGRAM, UNINSTALL, LAST_LINES].join('\n')
}

/** Any text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Any text as a value in a systemd EnvironmentFile. */
export function environmentFileQuote(text: string): string {
  return `"${text.replaceAll(/[\\"`$]/g, '\\$&')}"`
}

function settings({ serverUrl, provisioningKey, deviceName, supervisor }: InstallValues): string {
  const environment = Object.entries({
    FLOTILLA_SERVER_URL: serverUrl,
    FLOTILLA_PROVISIONING_KEY: provisioningKey,
    FLOTILLA_DEVICE_NAME: deviceName,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const unitLines = environment.map(([name, value]) => `${name}=${environmentFileQuote(value)}`)
  const { version, digest, path } = supervisor
  return [
    `SERVER_URL=${shellQuote(serverUrl)}`,
    `SUPERVISOR_VERSION=${shellQuote(version)}`,
    `SUPERVISOR_SHA256=${shellQuote(digest)}`,
    `SUPERVISOR_PATH=${shellQuote(path)}`,
    '# For the unit, and for a container.',
    `ENVIRONMENT=${shellQuote(unitLines.join('\n'))}`,
    'set_container_environment() {',
    `  set -- ${environment.map(([name, value]) => `-e ${shellQuote(`${name}=${value}`)}`).join(' ')}`,
    '  start_container "$@"',
    '}',
    '',
  ].join('\n')
}

// Half of the last line alone might run with other options than it was given; half of a block runs nothing.
const LAST_LINES = '{\n  main "$@"\n}\n'

const HEAD = `#!/bin/sh
# Makes this board a device of Flotilla: installs Docker, Node.js and the supervisor, and starts it.
# Run it as root on Debian or Raspberry Pi OS. Running it again updates the supervisor and its settings.
set -eu
`
