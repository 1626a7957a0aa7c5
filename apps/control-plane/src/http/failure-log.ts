import { Logger } from '@nestjs/common'
import type { Problem } from './problem.js'

const BETWEEN_MS = 1_000

/** Writes down what is not the caller's fault: each fault of ours, and now and then that requests are put off. */
export class FailureLog {
  private readonly log = new Logger('http')
  private putOff = 0
  private toldAt = -Infinity

  tell({ method, path }: { method: string; path: string }, err: unknown, problem: Problem): void {
    // A Problem is meant, also one that says that the server cannot serve now.
    if (problem.status < 500 || problem === err) return
    if (problem.status === 503) this.count(problem, err)
    else this.log.error({ message: 'request failed', method, path, err })
  }

  /** While the database is away every request fails in the same way: a whole fleet's must not fill the disk. */
  private count({ code }: Problem, err: unknown): void {
    this.putOff++
    const now = performance.now()
    if (now - this.toldAt < BETWEEN_MS) return
    const reason = (err as { message?: unknown }).message
    this.log.warn({ message: 'requests put off', code, requests: this.putOff, reason })
    this.putOff = 0
    this.toldAt = now
  }
}
