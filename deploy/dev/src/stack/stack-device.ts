import type Docker from 'dockerode'
import { join } from 'node:path'
import { startProcess, type RunningProcess } from '../processes/process.js'
import { baseEnvironment, programCommand } from './built-programs.js'
import type { StackOptions, StackSettings } from './options.js'

export interface StackDeviceOptions {
  name: string
  /** Needed on its first start only. */
  provisioningKey?: string
  /** Engine of the device, as DOCKER_HOST. */
  dockerHost: string
  networkNamespace?: string
  /**
   * What it finds in other places than this machine's, by path: the id of the boot that goes on, say, since this
   * machine's outlives a board's power cuts.
   */
  views?: Record<string, string>
  /** What it keeps; absent: a folder of the stack's. */
  stateDir?: string
  /** Further settings of the supervisor: FLOTILLA_POLL_SECONDS … */
  environment?: Record<string, string>
  /** How Node runs it; absent: as is best for finding faults. */
  nodeFlags?: string[]
}

/** A supervisor over an engine; where several share one engine, each keeps to what it created. */
export interface StackDevice {
  name: string
  stateDir: string
  /** The supervisor that runs now. */
  supervisor(): RunningProcess
  /** Starts it again after `stop` or a crash. */
  start(): Promise<void>
  /** Stops the supervisor; its containers keep running, as on a board. */
  stop(): Promise<void>
}

export async function startStackDevice(
  device: StackDeviceOptions,
  settings: StackSettings,
  options: StackOptions,
): Promise<StackDevice> {
  const stateDir = device.stateDir ?? join(settings.dataDir, 'devices', device.name)
  const start = () =>
    startProcess({
      ...withViews(programCommand('supervisor', device.nodeFlags), Object.entries(device.views ?? {})),
      name: `supervisor ${device.name}`,
      env: {
        ...baseEnvironment(),
        ...device.environment,
        FLOTILLA_SERVER_URL: settings.publicUrl,
        FLOTILLA_PROVISIONING_KEY: device.provisioningKey,
        FLOTILLA_STATE_DIR: stateDir,
        FLOTILLA_DEVICE_NAME: device.name,
        DOCKER_HOST: device.dockerHost,
      },
      networkNamespace: device.networkNamespace,
      logFile: join(settings.dataDir, 'logs', `supervisor-${device.name}.log`),
      onLine: (line) => options.onLine?.(device.name, line),
      onCrash: options.onCrash,
      stopTimeoutMs: 20_000,
    })
  let supervisor = await start()
  return {
    name: device.name,
    stateDir,
    supervisor: () => supervisor,
    start: async () => void (supervisor = await start()),
    stop: () => supervisor.stop(),
  }
}

// What is unmounted outside (engines do it all the time) is to be so in here, too.
function withViews(program: { command: string; args: string[] }, views: [string, string][]): typeof program {
  if (views.length === 0) return program
  const mounts = 'while [ "$1" != -- ]; do mount --bind "$2" "$1" || exit; shift 2; done'
  const inside = ['sh', '-c', `${mounts}; shift; exec "$@"`, 'views', ...views.flat(), '--']
  return {
    command: 'unshare',
    args: ['--mount', '--propagation', 'slave', ...inside, program.command, ...program.args],
  }
}

/** Stops the containers that devices of Flotilla made on an engine; `deviceId` absent: of all devices. */
export async function stopDeviceContainers(docker: Docker, deviceId?: string): Promise<void> {
  const label = deviceId ? `io.flotilla.device=${deviceId}` : 'io.flotilla.device'
  const containers = await docker.listContainers({ filters: { label: [label] } })
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).stop().catch(ignoreStopped)))
}

// 304: it has stopped already; 404: it is gone already.
function ignoreStopped(error: Error & { statusCode?: number }): void {
  if (error.statusCode !== 304 && error.statusCode !== 404) throw error
}
