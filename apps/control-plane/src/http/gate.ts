import { Problem } from './problem.js'

const RETRY_SECONDS = { least: 5, most: 60 }

/**
 * Lets so many in at once. Whoever comes then is sent away before costing anything, to come back at a time of its own:
 * waiting for the database would only take longer, and keep all others from it.
 */
export class Gate {
  private inside = 0

  constructor(
    private readonly most: number,
    private readonly sentence: string,
  ) {}

  /** How full it is, from 0 to 1. */
  get load(): number {
    return this.inside / this.most
  }

  /** Throws 503 where it is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside >= this.most) throw overloaded(this.sentence)
    this.inside++
    try {
      return await work()
    } finally {
      this.inside--
    }
  }
}

export function overloaded(sentence: string): Problem {
  return comeBackLater('overloaded', sentence)
}

/** 503, with a time to come back that differs from the next one's. */
export function comeBackLater(code: string, sentence: string): Problem {
  const { least, most } = RETRY_SECONDS
  const retryAfterSeconds = Math.round(least + Math.random() * (most - least))
  return new Problem(code, 503, sentence, { retryAfterSeconds })
}
