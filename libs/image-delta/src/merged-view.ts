import type { IndexedEntry, LayerIndex } from './layer-index.js'

/** A file of the old image, by its layer and entry. */
export interface OldFile {
  layer: number
  entry: IndexedEntry
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** Regular files as a container of the image sees them, by path: what the upper layers hide is not among them. */
export function visibleFiles(layers: LayerIndex[]): Map<string, OldFile> {
  const view = new View()
  layers.forEach((layer, number) => {
    // A layer's whiteouts are about the layers below it, wherever in the tar they stand.
    for (const { path } of layer.entries) view.hide(path)
    for (const entry of layer.entries) view.put(number, entry)
  })
  return view.files
}

class View {
  readonly files = new Map<string, OldFile>()
  /** All that there is, folders that were only implied too. */
  private readonly folders = new Map<string, Set<string>>([['', new Set()]])

  hide(path: string): void {
    const { folder, name } = split(path)
    if (name === OPAQUE) {
      for (const child of [...(this.folders.get(folder) ?? [])]) this.remove(join(folder, child))
    } else if (name.startsWith(WHITEOUT)) this.remove(join(folder, name.slice(WHITEOUT.length)))
  }

  put(layer: number, entry: IndexedEntry): void {
    const { folder, name } = split(entry.path)
    if (name === '' || name.startsWith(WHITEOUT) || !isPlain(entry.path)) return
    this.putFolder(folder)
    if (entry.kind === 'directory') return this.putFolder(entry.path)
    this.remove(entry.path)
    this.folders.get(folder)?.add(name)
    if (entry.kind === 'file' && entry.isRegular) this.files.set(entry.path, { layer, entry })
  }

  private putFolder(path: string): void {
    if (this.folders.has(path)) return
    const { folder, name } = split(path)
    this.putFolder(folder)
    // What was there before was no folder.
    this.remove(path)
    this.folders.get(folder)?.add(name)
    this.folders.set(path, new Set())
  }

  private remove(path: string): void {
    const { folder, name } = split(path)
    this.folders.get(folder)?.delete(name)
    this.files.delete(path)
    for (const child of this.folders.get(path) ?? []) this.remove(join(path, child))
    if (path !== '') this.folders.delete(path)
  }
}

/** Without steps that lead elsewhere than they seem to. */
export function isPlain(path: string): boolean {
  return path.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/')
  return { folder: slash < 0 ? '' : path.slice(0, slash), name: path.slice(slash + 1) }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
