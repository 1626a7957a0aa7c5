import type { BuildView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { BuildFeed } from '../builds/index.js'
import { detail, outputLine, stateLine } from './push-lines.js'
import type { Push } from './push.js'

// So long nobody takes a build that is next in the queue only where no builder runs.
const UNUSUAL_WAIT_MS = 15_000

export interface WatchedBuild {
  build: BuildView
  // Its builder said itself why it failed: the pusher has read it.
  isReasonShown: boolean
}

/** Shows a build on the pusher's terminal while it happens. */
@Injectable()
export class BuildWatch {
  constructor(private readonly feed: BuildFeed) {}

  /** Until the build is over. Throws where the push ends before. */
  async untilOver(push: Push, buildId: string): Promise<WatchedBuild> {
    let last: BuildView | undefined
    let lastLine: string | undefined
    const impatience = setTimeout(() => {
      if (last?.state === 'queued' && last.queuePosition === 0) {
        push.say(detail('No builder has taken it yet; is one running?'))
      }
    }, UNUSUAL_WAIT_MS)
    try {
      for await (const news of this.feed.follow(buildId, undefined, push.signal)) {
        if (news.kind === 'line') {
          push.say(outputLine(news.line))
          lastLine = news.line.text
          continue
        }
        last = news.build
        const line = stateLine(last)
        if (line !== undefined) push.say(line)
      }
    } finally {
      clearTimeout(impatience)
    }
    push.signal.throwIfAborted()
    if (!last) throw new Error(`Build ${buildId} gave no news`)
    return { build: last, isReasonShown: lastLine !== undefined && lastLine === last.reason }
  }
}
