import type { Io } from '../io.js'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const SHOW_AFTER_MS = 500
const FRAME_MS = 100
const ERASE_LINE = '\r\x1b[2K'

/** While `work` lasts longer than a moment, says on the terminal what it is waiting for; leaves nothing behind. */
export async function withProgress<T>(io: Io, text: string, work: () => Promise<T>): Promise<T> {
  if (io.stderr.isTTY !== true) return work()
  let frame = 0
  const draw = () => io.stderr.write(`${ERASE_LINE}${FRAMES[frame++ % FRAMES.length]} ${text}`)
  let repeat: NodeJS.Timeout | undefined
  const start = setTimeout(() => {
    draw()
    repeat = setInterval(draw, FRAME_MS)
  }, SHOW_AFTER_MS)
  try {
    return await work()
  } finally {
    clearTimeout(start)
    clearInterval(repeat)
    if (frame > 0) io.stderr.write(ERASE_LINE)
  }
}
