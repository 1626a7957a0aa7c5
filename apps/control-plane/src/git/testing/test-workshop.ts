import type { BuildOrder } from '@flotilla/contracts'
import { fakeImage } from '../../builds/testing/build-bench.js'
import { openWorker } from '../../queue/queue-backend.js'
import { queueServer } from '../../queue/queue-server.js'
import type { TestApi } from '../../testing/test-api.js'

/** What the workshop does with its next builds. */
export interface Recipe {
  // Until it resolves, the build does not end.
  until?: Promise<void>
  fails?: string
}

export interface Workshop {
  // Called for each build that begins; says how it goes.
  recipe: (order: BuildOrder) => Recipe
  orders: BuildOrder[]
  // Sizes of the archives that they built from.
  sources: number[]
  close(): Promise<void>
}

/** Builders that take the queue's jobs and deliver made-up images: for what is not about building itself. */
export function openWorkshop(api: TestApi): Workshop {
  const workshop: Workshop = { recipe: () => ({}), orders: [], sources: [], close: () => worker.close() }
  const worker = openWorker(
    queueServer(api.config),
    'builds',
    async ({ buildId, attempt, token }) => {
      const ask = (path: string, body?: object) =>
        api.call(undefined, `${body ? 'POST' : 'GET'} /build/v1/builds/${buildId}${path}`, body, {
          Authorization: `Bearer ${token}`,
        })
      const response = await ask('')
      if (!response.ok) return
      const order = (await response.json()) as BuildOrder
      workshop.orders.push(order)
      workshop.sources.push((await (await ask('/source')).arrayBuffer()).byteLength)
      const { until, fails } = workshop.recipe(order)
      const lines = order.tasks.flatMap(({ service, platform }) => [
        { service, kind: 'step', text: `Building ${service} for ${platform}` },
        { service, kind: 'output', text: '[1/1] COPY . /' },
      ])
      const failure = fails === undefined ? [] : [{ service: order.tasks[0]?.service, kind: 'error', text: fails }]
      await ask('/output', { attempt, lines: lines.map((line, index) => ({ ...line, number: index + 1 })) })
      await until
      const number = lines.length + 1
      await ask('/output', { attempt, lines: failure.map((line) => ({ ...line, number })) })
      const images = order.tasks.map(({ service, platform }) => fakeImage(service, platform, 'equal'))
      await ask(
        '/result',
        fails ? { outcome: 'failed', attempt, code: 'x', reason: fails } : { outcome: 'built', attempt, images },
      )
    },
    { concurrency: 4 },
  )
  return workshop
}
