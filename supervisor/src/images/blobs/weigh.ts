const LONGEST = 8 * 1024
const BYTES_PER_ELEMENT = 8

/**
 * V8 looks for garbage after so many objects on its own heap, and a buffer is a small one whatever it holds: at the speed
 * of a LAN, ten megabytes of buffers are dead before it looks. So for bytes whose buffer will soon be nobody's, objects
 * that weigh as much are thrown away with it.
 */
export function weigh(bytes: number): void {
  for (let left = bytes / BYTES_PER_ELEMENT; left >= 1; left -= LONGEST) {
    void new Array(Math.floor(Math.min(left, LONGEST)))
  }
}
