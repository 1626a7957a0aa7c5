/** The values that were used last, up to a number of them; the one unused for longest makes room. */
export class Recent<Value> {
  private readonly values = new Map<string, Value>()

  constructor(private readonly most: number) {}

  get(key: string): Value | undefined {
    const value = this.values.get(key)
    if (value === undefined) return undefined
    this.values.delete(key)
    this.values.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    this.values.delete(key)
    this.values.set(key, value)
    const [oldest] = this.values.keys()
    if (this.values.size > this.most && oldest !== undefined) this.values.delete(oldest)
  }

  /** Forgets the value, unless another has taken its place. */
  delete(key: string, value: Value): void {
    if (this.values.get(key) === value) this.values.delete(key)
  }
}
