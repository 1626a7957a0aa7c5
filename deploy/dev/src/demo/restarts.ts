import { setTimeout as sleep } from 'node:timers/promises'
import { describeExit, type ProcessExit } from '../processes/process.js'
import { DemoError } from './errors.js'
import type { Lifetime } from './lifetime.js'
import { screen } from './screen.js'

const MOST_CRASHES = 5
const PAUSE_MS = 1000

/** Starts programs of Flotilla again when they crash, as systemd would; without its servers the demo ends. */
export class Restarts {
  private readonly starts = new Map<string, () => Promise<void>>()
  private readonly crashes = new Map<string, number>()

  constructor(
    private readonly lifetime: Lifetime,
    private readonly logFolder: string,
  ) {}

  /** From now on the program of this name is started again in this way. */
  add(name: string, start: () => Promise<void>): void {
    this.starts.set(name, start)
  }

  readonly onCrash = (exit: ProcessExit): void => {
    void this.startAgain(exit).catch((error: Error) => this.lifetime.fail(error))
  }

  private async startAgain(exit: ProcessExit): Promise<void> {
    const start = this.starts.get(exit.name)
    const crashes = (this.crashes.get(exit.name) ?? 0) + 1
    this.crashes.set(exit.name, crashes)
    const story = [describeExit(exit), ...exit.lastLines.slice(-10)].join('\n    ')
    if (!start || crashes > MOST_CRASHES) throw new DemoError(`${story}\n  Its log is in ${this.logFolder}.`)
    screen.problem(`${story}\n  It is started again; its log is in ${this.logFolder}.`)
    await sleep(PAUSE_MS, undefined, { signal: this.lifetime.signal })
    await start()
  }
}
