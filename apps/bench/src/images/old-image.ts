import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SkeletonWriter } from '@flotilla/image-delta'
import type { BuiltImage, Layer } from './built-image.js'
import { run } from './programs.js'

/** Where an image lies unpacked, as on a device that runs it. */
export interface OldImage {
  /** Its files as a container sees them. */
  tree: string
  /** What a device keeps of its layers beside the files. */
  skeletons: string
}

export async function unpackImage(image: BuiltImage, folder: string): Promise<OldImage> {
  const [tree, skeletons] = [join(folder, 'tree'), join(folder, 'skeletons')]
  for (const path of [tree, skeletons]) mkdirSync(path)
  for (const layer of image.layers) {
    await unpackLayer(layer, tree)
    const writer = new SkeletonWriter(skeletonFile(skeletons, layer.diffId))
    for await (const chunk of createReadStream(layer.tar)) await writer.write(chunk as Buffer)
    await writer.finish()
  }
  return { tree, skeletons }
}

export function skeletonFile(skeletons: string, diffId: string): string {
  return join(skeletons, diffId.replace('sha256:', ''))
}

async function unpackLayer({ tar }: Layer, tree: string): Promise<void> {
  const paths = (await run('tar', ['--list', '--file', tar])).split('\n')
  for (const path of paths.filter((each) => basename(each).startsWith('.wh.'))) hide(join(tree, path))
  await run('tar', ['--extract', '--exclude=.wh.*', '--numeric-owner', '--file', tar, '--directory', tree])
}

/** What the OCI calls whiteouts: all that was in a folder is gone, or the one of the name behind `.wh.`. */
function hide(path: string): void {
  const [folder, name] = [dirname(path), basename(path)]
  const hidden = name === '.wh..wh..opq' ? list(folder) : [name.slice('.wh.'.length)]
  for (const each of hidden) rmSync(join(folder, each), { recursive: true, force: true })
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
