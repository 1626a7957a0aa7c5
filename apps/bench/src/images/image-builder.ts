import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createWriteStream,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type RunningEngine, startEngine } from '@flotilla/dev'
import { finish } from '../build-and-push.js'
import { fetchProgram, fetchSource, installDependencies } from './app-folder.js'
import { makeBaseTree, makeRetimedTree } from './base-tree.js'
import { type BuiltImage, imageName, readSavedImage } from './built-image.js'
import { run } from './programs.js'
import type { AppSource, ImageRecipe } from './recipe.js'
import { setTimes } from './times.js'

/** Builds images as everybody does, with Docker, and keeps them for the next run. */
export class ImageBuilder {
  private engine?: RunningEngine

  constructor(private readonly cache: string) {}

  async image(recipe: ImageRecipe): Promise<BuiltImage> {
    const name = imageName(recipe)
    const folder = join(this.cache, 'images', name.split(':')[1] ?? '')
    if (!existsSync(folder)) await this.build(recipe, name, folder)
    return readSavedImage(folder, name)
  }

  async stop(): Promise<void> {
    await this.engine?.stop()
  }

  private async build(recipe: ImageRecipe, name: string, folder: string): Promise<void> {
    this.engine ??= await startEngine()
    const { docker } = this.engine
    mkdirSync(this.cache, { recursive: true })
    const context = mkdtempSync(join(this.cache, 'context-'))
    try {
      await this.fillContext(context, recipe)
      const tar = spawn('tar', ['--create', '--sort=name', '--directory', context, '.'])
      // Debian's archive is reached by the network of the machine.
      await finish(await docker.buildImage(tar.stdout, { version: '2', t: name, networkmode: 'host' }))
      const saved = join(context, 'saved')
      mkdirSync(saved)
      await unpack(await docker.getImage(name).get(), saved)
      mkdirSync(join(this.cache, 'images'), { recursive: true })
      renameSync(saved, folder)
    } finally {
      rmSync(context, { recursive: true })
    }
  }

  private async fillContext(context: string, recipe: ImageRecipe): Promise<void> {
    const { debian, packages, dependencies, source, program, builtAt } = recipe
    const trees = join(this.cache, 'trees')
    const base = await makeBaseTree(debian, trees)
    const steps = ['FROM scratch', 'ADD base.tar /']
    linkSync(recipe.isBaseRebuilt ? await makeRetimedTree(base, builtAt) : base, join(context, 'base.tar'))
    if (packages.length > 0) steps.push(`RUN ${installCommand(packages)}`)
    if (dependencies) {
      cpSync(await this.dependencies(dependencies), join(context, 'app'), { recursive: true, verbatimSymlinks: true })
      steps.push('COPY app/ /app/')
    }
    if (source) {
      cpSync(await this.source(source), join(context, 'source'), { recursive: true })
      steps.push('COPY source/ /app/source/')
    }
    if (program) {
      await fetchProgram(program, join(context, 'program'))
      steps.push('COPY program /usr/local/bin/program')
    }
    setTimes(context, builtAt)
    writeFileSync(join(context, 'Dockerfile'), `${steps.join('\n')}\n`)
  }

  async source(source: AppSource): Promise<string> {
    return this.madeOnce('source', source, (folder) => fetchSource(folder, source))
  }

  /** Installed once for all images that have the same: what npm chooses may differ from day to day. */
  async dependencies(dependencies: Record<string, string>): Promise<string> {
    return this.madeOnce('npm', dependencies, (folder) => installDependencies(folder, dependencies))
  }

  private async madeOnce(kind: string, what: object, make: (folder: string) => Promise<void>): Promise<string> {
    const key = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)
    const folder = join(this.cache, kind, key)
    if (existsSync(folder)) return folder
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    await make(unfinished)
    renameSync(unfinished, folder)
    return folder
  }
}

function installCommand(packages: string[]): string {
  const install = `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(' ')}`
  // As Debian's own images do after each use of apt.
  return `apt-get update && ${install} && rm -rf /var/lib/apt/lists/* /var/cache/apt/*`
}

// By a file: tar leaves a pipe as soon as it has seen the archive's end, which breaks the pipe.
async function unpack(archive: NodeJS.ReadableStream, folder: string): Promise<void> {
  const file = `${folder}.tar`
  await pipeline(archive, createWriteStream(file))
  await run('tar', ['--extract', '--file', file, '--directory', folder])
  rmSync(file)
}
