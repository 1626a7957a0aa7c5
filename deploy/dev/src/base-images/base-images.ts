import type Docker from 'dockerode'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../processes/run.js'
import { fetchBusybox, ownPlatform, type BasePlatform } from './busybox.js'

/**
 * What examples build on: `FROM flotilla/busybox:$TARGETARCH`, without an `ARG TARGETARCH` before it, which makes the
 * variable empty in the BuildKit of engine 20.10.
 */
export const BASE_IMAGE = 'flotilla/busybox'

/** The commands that the image offers by name; `busybox <name>` does the rest. */
const APPLETS =
  'sh ash cat cp cut date dd df echo env expr false find free grep gzip gunzip head hostname httpd id ip kill ln ls md5sum ' +
  'mkdir mktemp mount mv nc nslookup od ping printf ps pwd rm rmdir sed seq sha256sum sleep sort stat sync tail tar tee test ' +
  'timeout [ top touch tr true tty umount uname uniq vi wc wget which whoami xargs yes'

/**
 * Makes `flotilla/busybox:amd64` and its like in an engine that may have no public registry to pull from. An image
 * depends on nothing but the binary, so making it again changes nothing.
 */
export async function makeBaseImages(docker: Docker, platforms: BasePlatform[] = [ownPlatform()]): Promise<string[]> {
  const images: string[] = []
  for (const platform of platforms) images.push(await makeBaseImage(docker, platform))
  return images
}

/** The name of a platform's image: the tag is what Docker calls TARGETARCH. */
export function baseImageName(platform: BasePlatform): string {
  return `${BASE_IMAGE}:${platform.split('/')[1]}`
}

async function makeBaseImage(docker: Docker, platform: BasePlatform): Promise<string> {
  const name = baseImageName(platform)
  if (await exists(docker, name)) return name
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-base-image-'))
  try {
    const root = join(folder, 'root')
    await makeRootFolder(root, platform)
    const archive = await packImage(folder, root, { name, platform })
    const answer = await text(await docker.loadImage(createReadStream(archive)))
    if (!answer.includes('Loaded image')) throw new Error(`The engine did not take ${name}: ${answer}`)
    return name
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function exists(docker: Docker, name: string): Promise<boolean> {
  const images = await docker.listImages({ filters: { reference: [name] } })
  return images.length > 0
}

async function makeRootFolder(root: string, platform: BasePlatform): Promise<void> {
  for (const path of ['bin', 'etc', 'proc', 'root', 'sys', 'tmp', 'usr', 'var']) {
    mkdirSync(join(root, path), { recursive: true })
  }
  chmodSync(join(root, 'tmp'), 0o1777)
  await fetchBusybox(platform, join(root, 'bin', 'busybox'))
  chmodSync(join(root, 'bin', 'busybox'), 0o755)
  for (const applet of APPLETS.split(' ')) symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(
    join(root, 'etc', 'passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  )
  writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n')
}

/** Packs one layer as the archive that `docker load` takes. */
async function packImage(
  folder: string,
  root: string,
  image: { name: string; platform: BasePlatform },
): Promise<string> {
  const layer = join(folder, 'layer.tar')
  await run('tar', '--create', '--file', layer, ...REPRODUCIBLE, '--directory', root, '.')
  const config = JSON.stringify(imageConfig(image.platform, sha256(readFileSync(layer))))
  const configFile = `${sha256(config)}.json`
  writeFileSync(join(folder, configFile), config)
  const manifest = [{ Config: configFile, RepoTags: [image.name], Layers: ['layer.tar'] }]
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const archive = join(folder, 'image.tar')
  await run('tar', '--create', '--file', archive, '--directory', folder, 'manifest.json', configFile, 'layer.tar')
  return archive
}

const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']

function imageConfig(platform: BasePlatform, layer: string): object {
  const [os, architecture, variant] = platform.split('/')
  return {
    os,
    architecture,
    ...(variant && { variant }),
    created: '1970-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin:/usr/bin'], Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'flotilla base image' }],
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
