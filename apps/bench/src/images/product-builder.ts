import { spawn } from 'node:child_process'
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { unwrap } from '@flotilla/api-client'
import { startEngine, startStack } from '@flotilla/dev'
import { finish } from '../build-and-push.js'
import { ADMIN, type BenchFleet, createFleet } from '../fleet.js'
import { type BuiltImage, imageName, readSavedImage } from './built-image.js'
import type { ImageBuilder } from './image-builder.js'
import { run } from './programs.js'
import type { ImageRecipe } from './recipe.js'

interface Manifest {
  config: { digest: string }
  layers: { digest: string }[]
}

/** A whole Flotilla that builds what is pushed to it, on top of images that Docker built. */
export class ProductBuilder {
  private readonly undo: (() => Promise<unknown> | void)[] = []

  constructor(
    private readonly builder: ImageBuilder,
    private readonly cache: string,
  ) {}

  /** The two images as releases of one fleet, the older one pushed first. */
  async pair(from: ImageRecipe, to: ImageRecipe): Promise<{ from: BuiltImage; to: BuiltImage }> {
    const places = [from, to].map((recipe) => this.folderOf(recipe))
    if (!places.every(existsSync)) await this.build([from, to])
    const [older, newer] = [from, to].map((recipe) => readSavedImage(this.folderOf(recipe), imageName(recipe)))
    if (!older || !newer) throw new Error('Flotilla built no pair of images')
    return { from: older, to: newer }
  }

  private folderOf(recipe: ImageRecipe): string {
    return join(this.cache, 'images', imageName({ ...recipe }).split(':')[1] ?? '')
  }

  private async build(recipes: ImageRecipe[]): Promise<void> {
    const folder = join(this.cache, `flotilla-${process.pid}`)
    mkdirSync(folder, { recursive: true })
    this.undo.push(() => rmSync(folder, { recursive: true, force: true }))
    try {
      const { dataDir, fleet, base } = await this.start(folder, recipes[0])
      for (const recipe of recipes) {
        const app = join(folder, 'app')
        await this.commit(app, recipe, base)
        await run('git', ['push', '--quiet', fleet.remote, 'HEAD:main'], { cwd: app })
        const image = await newestImage(fleet)
        await saveImage(join(dataDir, 'registry'), image, { folder: this.folderOf(recipe), name: imageName(recipe) })
      }
    } finally {
      for (const step of this.undo.splice(0).reverse()) await step()
    }
  }

  private async start(folder: string, recipe?: ImageRecipe) {
    if (!recipe) throw new Error('There is nothing to build')
    const base = await this.builder.image({ debian: recipe.debian, packages: recipe.packages, builtAt: recipe.builtAt })
    const engine = await startEngine()
    this.undo.push(() => engine.stop())
    const tar = spawn('tar', ['--create', '--directory', base.folder, '.'])
    await finish(await engine.docker.loadImage(tar.stdout))
    const dataDir = join(folder, 'stack')
    const stack = await startStack({ dataDir, dockerHost: engine.dockerHost, admin: ADMIN })
    this.undo.push(() => stack.stop())
    return { dataDir, fleet: await createFleet(stack), base: base.name }
  }

  private async commit(app: string, recipe: ImageRecipe, base: string): Promise<void> {
    if (!existsSync(app)) await run('git', ['init', '--quiet', app])
    const { dependencies = {}, source, builtAt } = recipe
    const installed = await this.builder.dependencies(dependencies)
    await run('tar', [
      '--create',
      '--sort=name',
      '--file',
      join(app, 'dependencies.tar'),
      '--directory',
      installed,
      '.',
    ])
    rmSync(join(app, 'source'), { recursive: true, force: true })
    if (source) cpSync(await this.builder.source(source), join(app, 'source'), { recursive: true })
    // Installed anew by each build, as with npm, whose files have the time of the installation.
    const install = 'RUN --mount=type=bind,source=dependencies.tar,target=/dependencies.tar'
    const unpack = 'mkdir /app && tar --extract --touch --no-same-owner --file /dependencies.tar --directory /app'
    writeFileSync(join(app, 'Dockerfile'), `FROM ${base}\n${install} ${unpack}\nCOPY source/ /app/source/\n`)
    const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com']
    const env = { ...process.env, GIT_AUTHOR_DATE: builtAt, GIT_COMMITTER_DATE: builtAt }
    await run('git', ['add', '--all'], { cwd: app })
    await run('git', [...identity, 'commit', '--quiet', '--message', builtAt], { cwd: app, env })
  }
}

async function newestImage({ api, id }: BenchFleet): Promise<{ digest: string }> {
  const { items } = await unwrap(api.GET('/api/v1/releases', { params: { query: { fleet: id } } }))
  const release = await unwrap(api.GET('/api/v1/releases/{id}', { params: { path: { id: items[0]?.id ?? '' } } }))
  const [image] = release.images
  if (!image) throw new Error(`The release has no image: ${JSON.stringify(release)}`)
  return image
}

/** Out of the registry's folder, in the form of `docker save`. */
async function saveImage(
  registry: string,
  { digest }: { digest: string },
  to: { folder: string; name: string },
): Promise<void> {
  const blob = (each: string) => {
    const hex = each.replace('sha256:', '')
    return join(registry, 'storage/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
  }
  const manifest = JSON.parse(readFileSync(blob(digest), 'utf8')) as Manifest
  const unfinished = `${to.folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  cpSync(blob(manifest.config.digest), join(unfinished, 'config.json'))
  const layers = manifest.layers.map((_, at) => `layer-${at}.tar`)
  for (const [at, layer] of manifest.layers.entries()) {
    const tar = createWriteStream(join(unfinished, layers[at] ?? ''))
    await pipeline(createReadStream(blob(layer.digest)), createGunzip(), tar)
  }
  const saved = [{ Config: 'config.json', RepoTags: [to.name], Layers: layers }]
  writeFileSync(join(unfinished, 'manifest.json'), JSON.stringify(saved))
  renameSync(unfinished, to.folder)
}
