import type { Target } from '@flotilla/contracts'
import { imageReference } from '@flotilla/reconcile'
import type { Status } from '../status-board.js'
import type { BundleRefused } from './bundle-refused.js'
import type { BundleState, BundleWay } from './ports.js'
import type { BundleHead } from './read-bundle.js'
import { runsRelease } from './runs-release.js'

interface ImageWork {
  doneBytes: number
  neededBytes: number
}

/** One bundle that was offered, and what has become of it. */
export class BundleEntry {
  readonly controller = new AbortController()
  /** Once it is accepted. */
  head?: Pick<BundleHead, 'bundle' | 'target'>
  refusal?: BundleRefused
  private isDone = false
  // By image, of those that the board lacked.
  private readonly work = new Map<string, ImageWork>()

  constructor(
    readonly name: string,
    readonly way: BundleWay,
  ) {}

  /** Takes in what the board is at. */
  look(status: Status | undefined): void {
    const { head } = this
    if (!head || !status || status.target.generation < head.target.generation) return
    const images = imagesOf(head.target)
    for (const [image, sizeBytes] of images) this.lookAt(image, sizeBytes, status)
    const isOver = status.target.generation > head.target.generation
    // It stays so: a release that is given up takes its images with it.
    this.isDone ||= isOver || [...images.keys()].every((image) => isThere(image, status))
  }

  /** `lacking`: services of the target in force that no bundle suffices for. */
  state(status: Status | undefined, lacking: readonly string[]): BundleState {
    const { name, way, head } = this
    const all = [...this.work.values()]
    return {
      ...{ name, way, state: this.stateName() },
      doneBytes: all.reduce((sum, { doneBytes }) => sum + doneBytes, 0),
      neededBytes: all.reduce((sum, { neededBytes }) => sum + neededBytes, 0),
      ...(head && {
        release: head.bundle.release,
        generation: head.target.generation,
        createdAt: head.bundle.createdAt,
      }),
      isRunning:
        head !== undefined &&
        runsRelease(status, { releaseId: head.bundle.release.id, generation: head.target.generation }),
      ...givenUp(status, head?.bundle.release.id),
      ...this.trouble(lacking),
    }
  }

  private trouble(lacking: readonly string[]): Pick<BundleState, 'code' | 'reason'> {
    const { refusal } = this
    const state = this.stateName()
    if (state === 'refused' && refusal) return { code: refusal.code, reason: refusal.message }
    if (state !== 'bringing' || lacking.length === 0) return {}
    const reason = `What is in it and on this board does not suffice for ${lacking.join(', ')}: the rest has to come over the link.`
    return { reason }
  }

  private stateName(): BundleState['state'] {
    if (this.isDone) return 'done'
    if (this.refusal) return 'refused'
    return this.head ? 'bringing' : 'waiting'
  }

  private lookAt(image: string, sizeBytes: number, { current, progress }: Status): void {
    const known = this.work.get(image)
    const now = progress[image]
    if (now) this.work.set(image, { doneBytes: now.doneBytes, neededBytes: now.neededBytes })
    else if (!current.images.includes(image)) this.work.set(image, known ?? { doneBytes: 0, neededBytes: sizeBytes })
    else if (known) this.work.set(image, { doneBytes: known.neededBytes, neededBytes: known.neededBytes })
  }
}

function givenUp(status: Status | undefined, releaseId: string | undefined): Pick<BundleState, 'givenUp'> {
  const apps = Object.values(status?.current.memory ?? {})
  const rejection = apps.map(({ rejected }) => rejected?.rejection).find((it) => it?.releaseId === releaseId)
  return rejection ? { givenUp: rejection.reason } : {}
}

/** A step that goes on still reads from it, for what is kept for later images. */
function isThere(image: string, { current }: Status): boolean {
  return current.images.includes(image) && !current.downloading.includes(image)
}

/** By image: its bytes, 0 where they are unknown. */
function imagesOf({ apps }: Target): Map<string, number> {
  const services = apps.flatMap((app) => Object.values(app.services))
  return new Map(services.map(({ image }) => [imageReference(image), image.sizeBytes ?? 0]))
}
