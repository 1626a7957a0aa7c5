import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { type ProjectProblem } from './compose-error.js'

/** A YAML value that knows its line. Aliases are followed and merge keys (`<<`) carried out. */
export type Located =
  // `source` is the scalar as it stands in the file, without quotes: 1.10 stays 1.10.
  | { kind: 'scalar'; line: number; value: string | number | boolean | null; source: string }
  | { kind: 'list'; line: number; items: Located[] }
  // The line of an entry is its key's.
  | { kind: 'map'; line: number; entries: Map<string, { line: number; node: Located }> }

// Aliases of aliases can make a small file endless.
const MAX_NODES = 50_000
const MAX_DEPTH = 100

export class YamlProblem extends Error {
  constructor(readonly problems: Omit<ProjectProblem, 'file'>[]) {
    super('not readable as YAML')
  }
}

/** Throws YamlProblem for text that is not one YAML document. */
export function parseLocated(text: string): Located {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  if (document.errors.length > 0) {
    throw new YamlProblem(
      document.errors.slice(0, 10).map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        message: `this is not valid YAML: ${error.message.split('\n')[0] ?? ''}`,
      })),
    )
  }
  return new Locator(document, lines).locate(document.contents, 0)
}

class Locator {
  private nodes = 0

  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  locate(node: Node | null, depth: number): Located {
    const line = this.lineOf(node)
    this.nodes += 1
    if (this.nodes > MAX_NODES || depth > MAX_DEPTH) {
      throw new YamlProblem([{ line, message: 'this is too large or too deep once its aliases are followed' }])
    }
    if (isAlias(node)) return this.locate(this.anchor(node.source, node.resolve(this.document), line), depth + 1)
    if (isMap(node)) return { kind: 'map', line, entries: this.entries(node, depth) }
    if (isSeq(node)) {
      return { kind: 'list', line, items: node.items.map((item) => this.locate(item as Node | null, depth + 1)) }
    }
    return { kind: 'scalar', line, ...this.scalar(node) }
  }

  private scalar(node: Node | null): { value: string | number | boolean | null; source: string } {
    const value: unknown = isScalar(node) ? node.value : null
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'number':
        return {
          value,
          source: isScalar(node) && typeof value !== 'string' ? (node.source ?? String(value)) : String(value),
        }
      default:
        // Tags make other things of scalars (!!binary, !!set); nothing in compose is such a thing.
        if (value === null || value === undefined) return { value: null, source: '' }
        throw new YamlProblem([
          { line: this.lineOf(node), message: 'YAML tags are not supported; write the value plainly' },
        ])
    }
  }

  private entries(map: YAMLMap, depth: number): Map<string, { line: number; node: Located }> {
    const entries = new Map<string, { line: number; node: Located }>()
    const merged: Located[] = []
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      const key = this.key(pair.key)
      const node = this.locate(pair.value, depth + 1)
      if (key === '<<') merged.push(...(node.kind === 'list' ? node.items : [node]))
      else entries.set(key, { line: this.lineOf(pair.key), node })
    }
    for (const base of merged) this.merge(entries, base)
    return entries
  }

  /** The map's own keys win over merged ones, earlier merged ones over later. */
  private merge(entries: Map<string, { line: number; node: Located }>, base: Located): void {
    if (base.kind !== 'map') {
      throw new YamlProblem([{ line: base.line, message: 'a merge key (<<) takes a mapping or a list of mappings' }])
    }
    for (const [key, entry] of base.entries) if (!entries.has(key)) entries.set(key, entry)
  }

  private key(node: Node | null): string {
    if (isAlias(node)) return this.key(this.anchor(node.source, node.resolve(this.document), this.lineOf(node)))
    if (isScalar(node)) return this.scalar(node).source
    throw new YamlProblem([{ line: this.lineOf(node), message: 'a key must be a plain word' }])
  }

  private anchor(name: string, target: Node | undefined, line: number): Node {
    if (target) return target
    throw new YamlProblem([{ line, message: `there is no anchor &${name} before this alias` }])
  }

  private lineOf(node: Node | null): number {
    return node?.range ? this.lines.linePos(node.range[0]).line : 1
  }
}
