/*
 * Images whose layers a test makes itself, down to the names in their tars, and how they get into an engine.
 */
import type Docker from 'dockerode'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { run } from './disks.js'
import { finished } from './registry.js'

/** By path: the content of a file, where a link leads, or a character device's numbers. */
export type LayerFiles = Record<string, string | Buffer | { link: string } | { device: [number, number] }>

/** The tar of a layer. Names as the OCI has them: `.wh.<name>` removes, `.wh..wh..opq` hides what is below. */
export async function layerTar(files: LayerFiles): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'flayer-'))
  try {
    const content = join(folder, 'content')
    await mkdir(content)
    for (const [path, entry] of Object.entries(files)) {
      const target = join(content, path)
      await mkdir(dirname(target), { recursive: true })
      if (typeof entry === 'string' || Buffer.isBuffer(entry)) await writeFile(target, entry, { mode: 0o755 })
      else if ('link' in entry) await symlink(entry.link, target)
      else run(['mknod', target, 'c', ...entry.device.map(String)])
    }
    return await tarOf(content)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Puts it into the engine; gives its id, and the digests of its layers' tars. */
export async function loadImage(docker: Docker, name: string, layers: readonly Buffer[]) {
  const diffIds = layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`)
  const config = JSON.stringify({
    ...{ architecture: 'amd64', os: 'linux', config: {} },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: layers.map((_, at) => ({ created_by: `layer ${at}` })),
  })
  const names = layers.map((_, at) => `${at}/layer.tar`)
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: names }])
  const parts: LayerFiles = { 'manifest.json': manifest, 'config.json': config }
  layers.forEach((layer, at) => (parts[`${at}/layer.tar`] = layer))
  await finished(await docker.loadImage(Readable.from([await layerTar(parts)])))
  return { id: `sha256:${createHash('sha256').update(config).digest('hex')}`, diffIds }
}

async function tarOf(folder: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  const tar = spawn('tar', ['--create', '--sort=name', '--mtime=@0', '--numeric-owner', `--directory=${folder}`, '.'])
  for await (const chunk of tar.stdout) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
