import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBaseImages, type RunningEngine, startEngine } from '@flotilla/dev'
import { BuilderEngine } from '../engine.js'
import { chainIdOf, EngineStore } from './engine-store.js'
import { readSavedImage } from './saved-image.js'

const IMAGE = 'flotilla/busybox:amd64'
const { signal } = new AbortController()

describe('the folders of an engine', () => {
  let running: RunningEngine
  let engine: BuilderEngine
  let folder: string
  let layers: string[]
  let id: string
  beforeAll(async () => {
    running = await startEngine()
    engine = new BuilderEngine(running.dockerHost)
    await makeBaseImages(running.docker)
    const image = await engine.inspect(IMAGE)
    ;[layers, id] = [image?.layers ?? [], image?.id ?? '']
    folder = mkdtempSync(join(tmpdir(), 'flotilla-store-'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await running.stop()
  })

  it('hold layers and configs as the engine saves them', async () => {
    const store = await engine.store()
    const file = join(folder, 'layer')
    await store.copyLayer(layers, file, signal)
    expect(`sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`).toBe(layers[0])
    const saved: string[] = []
    const onLayer = ({ diffId }: { diffId: string }) => Promise.resolve(void saved.push(diffId))
    const config = await readSavedImage(await engine.save(id, signal), { folder, onLayer, signal })
    expect(saved).toEqual(layers)
    expect((await store.config(id)).equals(config)).toBe(true)
  })

  it('give nothing that is not what its digest says, nor what lies outside of a layer', async () => {
    const { DockerRootDir: root } = (await running.docker.info()) as { DockerRootDir: string }
    const notes = `image/overlay2/layerdb/sha256/${chainIdOf(layers).replace('sha256:', '')}`
    const cache = `overlay2/${readFileSync(join(root, notes, 'cache-id'), 'utf8')}/diff`
    const copy = join(folder, 'copy')
    for (const path of [notes, cache])
      cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true })
    const store = new EngineStore(copy, 'overlay2')
    const copying = () => store.copyLayer(layers, join(folder, 'layer'), signal)
    await copying()
    const program = join(copy, cache, 'bin/busybox')
    const content = readFileSync(program)
    content[1000] = (content[1000] ?? 0) ^ 1
    writeFileSync(program, content)
    await expect(copying()).rejects.toThrow(/not what its digest says/)
    rmSync(join(copy, cache, 'bin'), { recursive: true })
    symlinkSync(join(root, cache, 'bin'), join(copy, cache, 'bin'))
    await expect(copying()).rejects.toThrow(/outside/)
    await expect(store.config(id)).rejects.toThrow()
  })
})
