/*
 * What Debian 12's Node 18 lacks of the language that we compile to. The bundle takes this in before all else; nothing
 * else imports it.
 */
type ArrayCopies = Pick<unknown[], 'toReversed' | 'toSorted' | 'toSpliced' | 'with'>

const copies: ArrayCopies & ThisType<unknown[]> = {
  toReversed() {
    return [...this].reverse()
  },
  toSorted(compare) {
    return [...this].sort(compare)
  },
  toSpliced(...range: [number, number?, ...unknown[]]) {
    const copy = [...this]
    copy.splice(...(range as [number, number, ...unknown[]]))
    return copy
  },
  with(index, value) {
    const copy = [...this]
    copy[index < 0 ? copy.length + index : index] = value
    return copy
  },
}

for (const [name, value] of Object.entries(copies)) {
  if (name in Array.prototype) continue
  Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true })
}
