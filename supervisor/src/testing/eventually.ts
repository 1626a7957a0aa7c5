/** Tries until it neither throws nor gives false, and gives what it gave; after the deadline, throws what it last threw. */
export async function eventually<T>(attempt: () => T | Promise<T>, deadlineMs = 150_000): Promise<T> {
  const end = Date.now() + deadlineMs
  for (;;) {
    try {
      const result = await attempt()
      if (result !== false) return result
      if (Date.now() > end) throw new Error(`Still not so after ${deadlineMs} ms: ${attempt.toString()}`)
    } catch (error) {
      if (Date.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
