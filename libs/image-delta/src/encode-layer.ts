import type { ContentDiff } from './content-diff.js'
import type { DeltaStreams } from './delta-streams.js'
import { tellHeader, writePatches, type ToldHeader } from './encode-header.js'
import { BASE, CONTENT, packFlags, TIME, TimeLine } from './header-prediction.js'
import type { IndexedEntry, LayerIndex } from './layer-index.js'
import type { OldFile } from './merged-view.js'
import type { OldImage } from './old-image.js'
import { paddingAfter } from './tar-walker.js'

/** Where the content of an entry comes from. */
export type ContentPlan =
  | { kind: 'none' }
  | { kind: 'same'; file: OldFile }
  | { kind: 'diff'; sources: OldFile[]; diff: () => Promise<ContentDiff> }

export interface LayerReader {
  /** Bytes of the new layer's tar. */
  read(start: number, count: number): Promise<Buffer>
}

// What is longer goes where contents go.
const LONGEST_RAW = 32 * 1024
const PIECE = 1024 * 1024

interface ChosenBase {
  rule: number
  told: ToldHeader
  /** Undefined: the entry before it. */
  old?: OldFile
}

/** Writes one new layer as told from the old image. */
export class LayerEncoder {
  private readonly times = new TimeLine()
  private previous: Buffer | undefined
  // Where the header after the last one used begins, over all old skeletons.
  private cursor = 0

  constructor(
    private readonly old: OldImage,
    private readonly streams: DeltaStreams,
    private readonly tar: LayerReader,
  ) {}

  async encode(layer: LayerIndex, plans: ContentPlan[]): Promise<void> {
    let done = 0
    for (const [at, entry] of layer.entries.entries()) {
      if (entry.isRegular) {
        await this.entry(entry, this.groupOf(layer, entry), plans[at] ?? { kind: 'none' })
        done = entry.contentStart + entry.sizeBytes + paddingAfter(entry.sizeBytes)
      } else {
        const end = layer.entries[at + 1]?.tarStart ?? layer.tarBytes
        await this.raw(done, end)
        done = end
      }
    }
    await this.raw(done, layer.tarBytes)
    this.streams.finish()
  }

  private groupOf(layer: LayerIndex, entry: IndexedEntry): Buffer {
    return layer.skeleton.subarray(entry.skeletonStart, entry.skeletonStart + entry.groupBytes)
  }

  private async entry(entry: IndexedEntry, group: Buffer, plan: ContentPlan): Promise<void> {
    const base = this.chooseBase(entry, group, plan)
    const content = this.contentRule(base?.old, plan)
    const anchor = base?.old ? this.old.place(base.old) : this.cursor
    if (base) this.told(base, entry, content)
    else this.untold(group, entry, content)
    if (base?.old) this.cursor = anchor + base.old.entry.groupBytes
    if (plan.kind === 'same' && content === CONTENT.elsewhere) {
      this.streams.entries.column.contents.signed((this.old.place(plan.file) - anchor) / 512)
    }
    this.streams.entries.endRecord()
    this.previous = group
    if (plan.kind !== 'diff') return
    const sources = plan.sources.map((file) => (this.old.place(file) - anchor) / 512)
    this.streams.content(await plan.diff(), sources)
  }

  /** The base of which least has to be said. */
  private chooseBase(entry: IndexedEntry, group: Buffer, plan: ContentPlan): ChosenBase | undefined {
    const olds = [this.old.entryAt(entry.path), plan.kind === 'same' ? plan.file : undefined]
    if (plan.kind === 'diff') olds.push(plan.sources[0])
    let best: ChosenBase | undefined
    let bestCost = Number.POSITIVE_INFINITY
    const consider = (rule: number, base: Buffer, told: Omit<ChosenBase, 'told' | 'rule'>, extraCost: number) => {
      const size = this.toldSize(told.old, entry, plan)
      const header = tellHeader(base, group, size, this.times)
      if (!header || header.cost + extraCost >= bestCost) return
      bestCost = header.cost + extraCost
      best = { rule, told: header, ...told }
    }
    for (const old of olds) {
      if (!old) continue
      const isNext = this.old.place(old) === this.cursor
      const contentCost = this.contentRule(old, plan) === CONTENT.elsewhere ? 3 : 0
      consider(isNext ? BASE.next : BASE.other, this.old.group(old), { old }, (isNext ? 0 : 2) + contentCost)
    }
    if (this.previous) consider(BASE.previous, this.previous, {}, 1)
    return best
  }

  private contentRule(base: OldFile | undefined, plan: ContentPlan): number {
    if (plan.kind === 'none') return base && base.entry.sizeBytes > 0 ? CONTENT.operations : CONTENT.base
    if (plan.kind === 'diff') return CONTENT.operations
    return base?.entry === plan.file.entry ? CONTENT.base : CONTENT.elsewhere
  }

  /** What the size field is set to: nothing where header and content are both the base's. */
  private toldSize(base: OldFile | undefined, entry: IndexedEntry, plan: ContentPlan): number | undefined {
    return base && this.contentRule(base, plan) === CONTENT.base ? undefined : entry.sizeBytes
  }

  private told({ rule, told, old }: ChosenBase, entry: IndexedEntry, content: number): void {
    const { column } = this.streams.entries
    const { time, name, patches } = told
    const isPatched = patches.length > 0
    column.flags.byte(packFlags({ base: rule, time: time.rule, isRenamed: name !== undefined, isPatched, content }))
    if (old && rule === BASE.other) column.bases.signed((this.old.place(old) - this.cursor) / 512)
    if (time.rule === TIME.told) column.mtimes.signed(time.value - this.times.last)
    this.times.accept(time.rule, time.base, time.value)
    if (name) {
      column.names.byte(name.kept)
      column.names.byte(name.rest.length)
      column.names.bytes(name.rest)
    }
    if (isPatched) writePatches(column.patches, patches)
    if (content !== CONTENT.base) column.sizes.signed(entry.sizeBytes - (old?.entry.sizeBytes ?? 0))
  }

  private untold(group: Buffer, entry: IndexedEntry, content: number): void {
    const { column } = this.streams.entries
    column.flags.byte(packFlags({ base: BASE.none, time: 0, isRenamed: false, isPatched: false, content }))
    column.sizes.varint(group.length)
    column.raw.bytes(group)
    if (content !== CONTENT.base) column.sizes.signed(entry.sizeBytes)
  }

  /** Bytes of the tar that are no entry. */
  private async raw(start: number, end: number): Promise<void> {
    const { column } = this.streams.entries
    for (let at = start; at < end;) {
      const isLong = end - at > LONGEST_RAW
      const bytes = await this.tar.read(at, Math.min(PIECE, end - at))
      column.flags.byte(packFlags({ base: BASE.none, time: 0, isRenamed: false, isPatched: isLong, content: 0 }))
      column.sizes.varint(bytes.length)
      // What is no header is no base of one; the reader has forgotten the one before it, too.
      this.previous = undefined
      if (isLong) this.streams.extra(bytes)
      else column.raw.bytes(bytes)
      this.streams.entries.endRecord()
      at += bytes.length
    }
  }
}
