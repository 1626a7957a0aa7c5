import './edge/host/lean-node.js'
import launcher from 'deploy-pi/launch-supervisor.sh'
import unit from 'deploy-pi/flotilla-supervisor.service'
import { runAgent } from './agent.js'
import { BundleShelf } from './bundles/bundle-shelf.js'
import { BundleWays } from './bundles/bundle-ways.js'
import { bundlesPart } from './bundles/bundles-part.js'
import { ConfigError, describeSettings, readConfig, type Config } from './config.js'
import bundlePage from './edge/bundles/bundle-page.html'
import { openBundleWays } from './edge/bundles/open-bundle-ways.js'
import { HttpCloud } from './edge/cloud/http-cloud.js'
import { DockerEngine } from './edge/docker/docker-engine.js'
import { systemClock } from './edge/host/clock.js'
import { DataDisk } from './edge/host/data-disk.js'
import { engineControl } from './edge/host/engine-control.js'
import { HostJournal } from './edge/host/host-journal.js'
import { hostRoot, isContainerRoot } from './edge/host/host-root.js'
import { KernelFiles } from './edge/host/kernel-files.js'
import { LinuxControl } from './edge/host/linux-control.js'
import { LinuxLed } from './edge/host/linux-led.js'
import { LinuxHost } from './edge/host/linux-host.js'
import { LinuxTime } from './edge/host/linux-time.js'
import { defaultInterface } from './edge/host/metrics/network.js'
import { LinuxMeter } from './edge/host/metrics/linux-meter.js'
import { listen } from './edge/local-api/http-listener.js'
import { localNetwork } from './edge/neighbours/local-network.js'
import { localPart } from './local-api/local-part.js'
import { tellWatchdog } from './edge/host/watchdog.js'
import { createLogger } from './edge/host/logger.js'
import { openImages } from './edge/open-images.js'
import { openStore } from './edge/store/disk-store.js'
import { DiskVersions } from './edge/versions/disk-versions.js'
import { DiskSnapshots } from './edge/volumes/disk-snapshots.js'
import { engineRestartsPart } from './host/engine-restarts.js'
import { blinkerPart } from './host/blinker.js'
import { hostPart } from './host/host-part.js'
import { imagesPart } from './images/images-part.js'
import { Metrics } from './metrics/metrics.js'
import { Neighbours } from './neighbours/neighbours.js'
import type { MakePart } from './part.js'
import type { Logger } from './ports.js'
import { selfUpdatePart } from './self-update/self-update-part.js'
import { snapshotsPart } from './snapshots/snapshots-part.js'
import type { Store } from './stored.js'
import { Transfers } from './transfers/transfers.js'
import { SUPERVISOR_VERSION } from './version.js'

const USAGE = `flotilla-supervisor ${SUPERVISOR_VERSION}: makes this board run what its fleet wants.

Usage: flotilla-supervisor [--help | --version | --print-launcher | --print-unit]

It is set up by the environment:
${describeSettings()}
`

// As systemd and sysexits know it: wrong configuration, not worth a restart.
const EXIT_CONFIG = 78

async function main(): Promise<number> {
  const [argument] = process.argv.slice(2)
  if (argument === '--version') return say(SUPERVISOR_VERSION)
  if (argument === '--help' || argument === '-h') return say(USAGE)
  // What a board needs beside this file, for whoever installs it.
  if (argument === '--print-launcher') return say(launcher)
  if (argument === '--print-unit') return say(unit)
  if (argument !== undefined) return complain(`Unknown argument ${argument}; see --help.`)
  try {
    await supervise(readConfig())
    return 0
  } catch (error) {
    if (error instanceof ConfigError) return complain(error.message)
    throw error
  }
}

async function supervise(config: Config): Promise<void> {
  const log = createLogger(config.log)
  const store = await openStore(config.stateDir, log)
  const stop = stopBySignals(log)
  tellWatchdog(config.watchdogMs)
  const root = hostRoot()
  const disk = new DataDisk(root)
  const time = new LinuxTime(root)
  const bundles = new BundleShelf()
  const ways = new BundleWays(() => openBundleWays({ ...config, root, page: bundlePage }))
  const neighbours = new Neighbours(localNetwork())
  const transfers = transfersOf(store, time)
  const meter = new LinuxMeter({ dataFolder: () => disk.folder() })
  const metrics = new Metrics(meter, { seconds: config.metricsSeconds })
  await runAgent(
    {
      clock: systemClock,
      log,
      host: new LinuxHost({ hostRoot: root, platform: config.platform }),
      store,
      cloud: (identity, ambient) =>
        new HttpCloud({
          ...{ serverUrl: config.serverUrl, identity, ...ambient },
          onServerTime: (serverMs, roundTripMs) => {
            metrics.noteRoundTrip(roundTripMs)
            ambient.onServerTime(serverMs, roundTripMs)
          },
        }),
      engine: (deviceId) => new DockerEngine(deviceId, config.engine),
      parts: [
        snapshotsPart((core) => new DiskSnapshots(core)),
        (core) => disk.part(core),
        (core) => metrics.part(core),
        (core) => transfers.part(core),
        (core) => neighbours.part(core),
        (core) => bundlesPart(core, bundles),
        ways.part,
        imagesPart((core) => openImages(core, { ...config, root, meter: transfers, neighbours, bundles })),
        ...boardParts(config, { store, time, root }),
        localPart({
          ...{ port: config.localApiPort, listen },
          engineSocket: 'socketPath' in config.engine ? config.engine.socketPath : undefined,
          more: (core) => ways.routes(core),
        }),
        ...selfUpdateParts(config, () => stop.abort()),
      ],
    },
    { provisioningKey: config.provisioningKey, name: config.deviceName, pollMs: config.pollMs },
    stop.signal,
  )
  log.info('stopped')
}

function stopBySignals(log: Logger): AbortController {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Asked twice: somebody is in a hurry.
      if (stop.signal.aborted) leave(1)
      log.info('stopping; containers keep running', { signal })
      stop.abort()
    })
  }
  return stop
}

function transfersOf({ transfers: document }: Store, time: LinuxTime): Transfers {
  const files = new KernelFiles('/')
  return new Transfers({ document, defaultInterface: () => defaultInterface(files), timeZone: () => time.timeZone() })
}

function boardParts(
  config: Config,
  { store, time, root }: { store: Store; time: LinuxTime; root: string },
): MakePart[] {
  const { managesHost, engineRestart: command } = config
  // Not where the machine is shared with others, or its own files are out of reach.
  const isOurs = managesHost && !isContainerRoot(root)
  return [
    hostPart({
      ...{ time, control: isOurs ? new LinuxControl(root) : undefined },
      ...{ document: store.settingsAtBoot, reboots: store.reboots },
    }),
    blinkerPart({ led: isOurs ? new LinuxLed(root) : undefined, document: store.led }),
    () => (isOurs ? { offers: { journal: new HostJournal(root) } } : {}),
    engineRestartsPart({ control: engineControl({ command, managesHost }, root), document: store.engineRestarts }),
  ]
}

/** `end`: it stops, and is started again by what started it. Without a launcher it is replaced by others. */
function selfUpdateParts({ libDir }: Config, end: () => void): MakePart[] {
  if (libDir === undefined) return []
  return [selfUpdatePart({ versions: new DiskVersions(libDir), version: SUPERVISOR_VERSION, handOver: end })]
}

function say(text: string): number {
  process.stdout.write(`${text.trimEnd()}\n`)
  return 0
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`)
  return EXIT_CONFIG
}

/**
 * At once: keep-alive connections would hold the process for a while. A name that is being looked up holds even
 * exit(), for as long as the resolver waits: a minute and more, where systemd gives half of one.
 */
function leave(code: number): never {
  if (process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap')) {
    // Without a listener the signal ends the process there and then; systemd takes that for a clean end.
    process.removeAllListeners('SIGTERM')
    process.kill(process.pid, 'SIGTERM')
  }
  // Also the first process of a container, which is deaf to such a signal of its own.
  process.exit(code)
}

main().then(leave, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  for (let cause = error; cause instanceof Error && cause.cause; cause = cause.cause)
    console.error('caused by', cause.cause)
  leave(1)
})
