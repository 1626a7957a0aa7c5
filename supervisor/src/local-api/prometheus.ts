import type { MetricsSample } from '@flotilla/contracts'

/** A sample in the text format of Prometheus: `flotilla_memory_used_bytes 123`, yes and no as 1 and 0. */
export function prometheusText({ at, ...values }: MetricsSample): string {
  const lines = Object.entries(values).flatMap(([name, value]) => {
    const metric = `flotilla_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
    return [`# TYPE ${metric} gauge`, `${metric} ${Number(value)}`]
  })
  const time = `# TYPE flotilla_sampled_seconds gauge\nflotilla_sampled_seconds ${Date.parse(at) / 1000}`
  return `${[...lines, time].join('\n')}\n`
}
