import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type Docker from 'dockerode'
import { type RunningEngine, type RunningRegistry, startEngine, startRegistry } from '@flotilla/dev'
import { finish } from '../../build-and-push.js'
import type { BuiltImage } from '../built-image.js'
import { processorMs } from '../../supervisor/process-facts.js'
import { measureOnce } from '../kept-measurements.js'
import type { Cost } from '../measured-run.js'
import { diffIds, type Measured, type Method, type Pair } from '../method.js'

/** A real engine pulls the newer image from a real registry while it has the older one. */
export const DOCKER_PULL: Method = {
  name: 'dockerPull',
  title: 'docker pull',
  measure: (pair, places) => measureOnce(places, ['dockerPull', 'docker pull', diffIds(pair)], () => measurePull(pair)),
}

async function measurePull(pair: Pair): Promise<Measured> {
  const registry = await startRegistry()
  try {
    const engine = await startEngine()
    try {
      return await pull(pair, engine, registry)
    } finally {
      await engine.stop()
    }
  } finally {
    await registry.stop()
  }
}

async function pull({ from, to }: Pair, engine: RunningEngine, registry: RunningRegistry): Promise<Measured> {
  const pushed = await push(engine.docker, [from, to], registry)
  // An engine that has just pushed remembers, and has grown.
  await engine.kill()
  await engine.start()
  const [older = '', newer = ''] = pushed
  await finish(await engine.docker.pull(older))
  const apply = await costToEngine(engine, async () => {
    await finish(await engine.docker.pull(newer))
  })
  const had = new Set((await layersOf(registry, older)).map(({ digest }) => digest))
  const fetched = (await layersOf(registry, newer)).filter(({ digest }) => !had.has(digest))
  const wireBytes = fetched.reduce((sum, { size }) => sum + size, 0)
  return { wireBytes, apply }
}

async function push(docker: Docker, images: BuiltImage[], registry: RunningRegistry): Promise<string[]> {
  const names: string[] = []
  for (const [at, image] of images.entries()) {
    const tar = spawn('tar', ['--create', '--directory', image.folder, '.'])
    await finish(await docker.loadImage(tar.stdout))
    const [repo, tag] = [`${registry.host}/bench`, String(at)]
    await docker.getImage(image.name).tag({ repo, tag })
    const authconfig = { username: 'none', password: 'none' }
    await finish(await docker.getImage(`${repo}:${tag}`).push({ authconfig }))
    names.push(`${repo}:${tag}`)
  }
  for (const name of [...names, ...images.map((image) => image.name)]) await docker.getImage(name).remove()
  return names
}

/** The engine's own process; the ones that it starts to unpack layers come on top. */
async function costToEngine(engine: RunningEngine, work: () => Promise<void>): Promise<Cost> {
  const pid = Number(readFileSync(join(dirname(engine.socket), 'docker.pid'), 'utf8'))
  // Begins to look for the highest memory anew; see proc(5).
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const [begin, processor] = [performance.now(), processorMs(pid)]
  await work()
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    seconds: (performance.now() - begin) / 1000,
    processorSeconds: (processorMs(pid) - processor) / 1000,
    megabytes: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1024,
  }
}

async function layersOf(registry: RunningRegistry, image: string): Promise<{ digest: string; size: number }[]> {
  const accept = 'application/vnd.docker.distribution.manifest.v2+json'
  const answer = await fetch(`${registry.url}/v2/bench/manifests/${image.split(':').at(-1)}`, { headers: { accept } })
  return ((await answer.json()) as { layers: { digest: string; size: number }[] }).layers
}
