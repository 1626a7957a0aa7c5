/** Loads rows by id, many in one query; ids that have no row are left out. */
export type LoadRows<Row> = (ids: string[]) => Promise<Map<string, Row>>

const MOST_PER_QUERY = 1_000

interface Loading<Row> {
  promise: Promise<Row | undefined>
  settle: (row: Row | undefined) => void
  fail: (error: unknown) => void
}

/**
 * Rows of a table in memory. What is asked for in the same turn is loaded with one query: after an outage a whole
 * fleet comes back at once. A row that is forgotten while it is loaded is loaded again, because the query may have
 * seen it as it was before.
 */
export class RowCache<Row> {
  private readonly rows = new Map<string, Row>()
  private readonly loading = new Map<string, Loading<Row>>()
  private queued: string[] = []

  constructor(private readonly load: LoadRows<Row>) {}

  /** The row, if it is in memory. */
  peek(id: string): Row | undefined {
    return this.rows.get(id)
  }

  get(id: string): Promise<Row | undefined> {
    const known = this.rows.get(id)
    if (known) return Promise.resolve(known)
    return (this.loading.get(id) ?? this.enqueue(id)).promise
  }

  forget(id: string): void {
    this.rows.delete(id)
    const loading = this.loading.get(id)
    if (!loading) return
    this.loading.delete(id)
    const again = this.enqueue(id)
    again.promise.then(loading.settle, loading.fail)
  }

  forgetAll(): void {
    for (const id of new Set([...this.rows.keys(), ...this.loading.keys()])) this.forget(id)
  }

  ids(): string[] {
    return [...this.rows.keys()]
  }

  private enqueue(id: string): Loading<Row> {
    const { promise, resolve, reject } = deferred<Row | undefined>()
    const loading = { promise, settle: resolve, fail: reject }
    this.loading.set(id, loading)
    if (this.queued.length === 0) setImmediate(() => this.flush())
    this.queued.push(id)
    return loading
  }

  private flush(): void {
    const ids = [...new Set(this.queued)]
    this.queued = []
    for (let at = 0; at < ids.length; at += MOST_PER_QUERY) void this.loadBatch(ids.slice(at, at + MOST_PER_QUERY))
  }

  private async loadBatch(ids: string[]): Promise<void> {
    const batch = ids.flatMap((id) => {
      const loading = this.loading.get(id)
      return loading ? [{ id, loading }] : []
    })
    try {
      const rows = await this.load(ids)
      for (const { id, loading } of batch) {
        // Forgotten meanwhile: another load answers for this one.
        if (this.loading.get(id) !== loading) continue
        this.loading.delete(id)
        const row = rows.get(id)
        if (row !== undefined) this.rows.set(id, row)
        loading.settle(row)
      }
    } catch (error) {
      for (const { id, loading } of batch) {
        if (this.loading.get(id) === loading) this.loading.delete(id)
        loading.fail(error)
      }
    }
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
