/** Answers that many ask for in the same words within a moment: each is worked out once. */
export class RecentAnswers<Answer> {
  private readonly answers = new Map<string, { until: number; answer: Promise<Answer> }>()

  constructor(
    private readonly keepMs: number,
    private readonly most: number,
  ) {}

  async get(key: string, now: number, make: () => Promise<Answer>): Promise<Answer> {
    const known = this.answers.get(key)
    if (known && known.until > now) return known.answer
    const entry = { until: now + this.keepMs, answer: make() }
    this.answers.delete(key)
    this.answers.set(key, entry)
    const [oldest] = this.answers.keys()
    if (this.answers.size > this.most && oldest !== undefined) this.answers.delete(oldest)
    // A failure is nobody's answer but that of those who wait for it.
    entry.answer.catch(() => this.forget(key))
    return entry.answer
  }

  forget(key: string): void {
    this.answers.delete(key)
  }
}
