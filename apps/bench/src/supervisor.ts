/**
 * npm run bench -- supervisor [options]
 *
 * What the bundled supervisor costs a board with five services, as the launcher runs it there: memory, processor and
 * traffic while nothing happens, and how soon it has a plan after its start.
 *
 * Options:
 *   --minutes <n>   for how long it is watched (default 10, with --soak 60)
 *   --soak          churn instead, in which its memory must not grow
 *
 * Figures, as one JSON object in the last line:
 *   rssMegabytes, pssMegabytes, anonymousMegabytes   memory, the highest of samples every five seconds
 *   bareNodeRssMegabytes, rssRatioToBareNode         Node run the same way and doing nothing, and the ratio to it
 *   cpuPercent                                       processor, of one core
 *   secondsToFirstPlan, worstSecondsToFirstPlan      from start to first plan, of five starts: median and worst
 *   microsecondsPerMetricsSample                     processor time of one reading of the board
 *   trafficMegabytesPerMonth                         of all kinds, both ways, extrapolated
 * With --soak instead of all but rssMegabytes and cpuPercent:
 *   deeds                                            what was done to it meanwhile
 *   firstQuarterMegabytes, lastQuarterMegabytes      average memory of these parts of the time
 *   ratioOfLastToFirstQuarter, megabytesPerHour      how memory grew, the latter without the first quarter
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { median, printReport } from './report.js'
import { churn } from './supervisor/churn.js'
import { memoryOf, processorMs } from './supervisor/process-facts.js'
import { type Scene, setTheScene } from './supervisor/scene.js'
import { average, slope, type Watched, watchProcess } from './supervisor/watch.js'

const STARTS = 5
const WARM_UP_MS = 30_000
const SAMPLING_SECONDS = 60
const MONTH_MINUTES = 30 * 24 * 60

const { values } = parseArgs({ options: { minutes: { type: 'string' }, soak: { type: 'boolean', default: false } } })
const minutes = Number(values.minutes ?? (values.soak ? 60 : 10))
if (!(minutes > 0)) throw new Error('--minutes is a number of minutes')

const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
const undo: (() => Promise<unknown> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
try {
  const scene = await setTheScene(folder, undo)
  await (values.soak ? soak(scene) : idle(scene))
} finally {
  for (const step of undo.reverse()) await step()
}

async function idle(scene: Scene): Promise<void> {
  const plain = await bareNode(scene.flags)
  const starts: number[] = []
  for (let start = 1; start < STARTS; start++) starts.push((await scene.start()).secondsToFirstPlan)
  const last = await scene.start()
  starts.push(last.secondsToFirstPlan)
  await scene.untilSettled()
  await sleep(WARM_UP_MS)
  const before = scene.board.link.traffic()
  const watched = await watchProcess(last.pid, minutes)
  const after = scene.board.link.traffic()
  const bytes = after.received + after.sent - before.received - before.sent
  const microsecondsPerSample = await costOfSample(scene)
  printReport('A supervisor with five services, idle', memoryRows(watched, plain), {
    bench: 'supervisor',
    minutes,
    rssMegabytes: highest(watched, 'rssMegabytes'),
    pssMegabytes: highest(watched, 'pssMegabytes'),
    anonymousMegabytes: highest(watched, 'anonymousMegabytes'),
    bareNodeRssMegabytes: round(plain.rssMegabytes),
    rssRatioToBareNode: round(highest(watched, 'rssMegabytes') / plain.rssMegabytes),
    cpuPercent: round(watched.cpuPercent),
    secondsToFirstPlan: round(median(starts)),
    worstSecondsToFirstPlan: round(Math.max(...starts)),
    microsecondsPerMetricsSample: Math.round(microsecondsPerSample),
    trafficMegabytesPerMonth: round((bytes / minutes) * MONTH_MINUTES * 1e-6),
  })
}

async function soak(scene: Scene): Promise<void> {
  const { pid } = await scene.start()
  await scene.untilSettled()
  const end = new AbortController()
  const churning = churn(scene, end.signal)
  const watched = await watchProcess(pid, minutes)
  end.abort()
  const { deeds } = await churning
  const rss = watched.samples.map(({ rssMegabytes }) => rssMegabytes)
  const quarter = Math.floor(rss.length / 4)
  const [first, latest] = [average(rss.slice(0, quarter)), average(rss.slice(-quarter))]
  // The first quarter fills caches; what grows after it, grows for ever.
  const growth = (slope(rss.slice(quarter)) / minutes) * rss.length * 60
  const rows = [0, 1, 2, 3].map((at) => ({
    quarter: String(at + 1),
    'RSS, mean': `${average(rss.slice(at * quarter, (at + 1) * quarter)).toFixed(1)} MB`,
    'RSS, highest': `${Math.max(...rss.slice(at * quarter, (at + 1) * quarter)).toFixed(1)} MB`,
  }))
  printReport(`A supervisor with five services, ${minutes} minutes of churn`, rows, {
    bench: 'supervisor',
    soak: 'true',
    minutes,
    deeds,
    rssMegabytes: highest(watched, 'rssMegabytes'),
    firstQuarterMegabytes: round(first),
    lastQuarterMegabytes: round(latest),
    ratioOfLastToFirstQuarter: round(latest / first),
    megabytesPerHour: round(growth),
    cpuPercent: round(watched.cpuPercent),
  })
}

/** What Node itself takes, run the same way, doing nothing. */
async function bareNode(flags: string[]) {
  const child = spawn(process.execPath, [...flags, '-e', 'setInterval(() => undefined, 1e6)'], { stdio: 'ignore' })
  try {
    await sleep(3_000)
    if (child.pid === undefined) throw new Error('Node did not start')
    return memoryOf(child.pid)
  } finally {
    child.kill()
  }
}

/** Processor time, all of it: the difference between sampling every second and never. */
async function costOfSample(scene: Scene): Promise<number> {
  const busy = async (seconds: string) => {
    const { pid } = await scene.start({ FLOTILLA_METRICS_SECONDS: seconds })
    await scene.untilSettled()
    await sleep(WARM_UP_MS)
    const before = processorMs(pid)
    await sleep(SAMPLING_SECONDS * 1000)
    return processorMs(pid) - before
  }
  return Math.max(0, (((await busy('1')) - (await busy('0'))) / SAMPLING_SECONDS) * 1000)
}

function memoryRows({ samples }: Watched, plain: ReturnType<typeof memoryOf>): Record<string, string>[] {
  const row = (what: string, facts: ReturnType<typeof memoryOf>) => ({
    what,
    RSS: `${facts.rssMegabytes.toFixed(1)} MB`,
    PSS: `${facts.pssMegabytes.toFixed(1)} MB`,
    'its own': `${facts.anonymousMegabytes.toFixed(1)} MB`,
  })
  const last = samples.at(-1)
  return [row('node, doing nothing', plain), ...(last ? [row('supervisor, at the end', last)] : [])]
}

function highest({ samples }: Watched, fact: keyof ReturnType<typeof memoryOf>): number {
  return round(Math.max(...samples.map((sample) => sample[fact])))
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
