import { isNativeError } from 'node:util/types'

// Not zlib's, nor Node's own (ERR_…).
const SYSTEM_ERROR = /^E(?!RR_)[A-Z0-9]+$/

/** Whether it is the delta, or what it is applied to, that is wrong, and not the disk, the memory or the engine just now. */
export function isCertainlyWrong(error: unknown): boolean {
  for (let cause = error; isNativeError(cause); cause = cause.cause) {
    if (cause.name === 'AbortError' || cause.name === 'TimeoutError') return false
    const { code = '', syscall, statusCode } = cause as NodeJS.ErrnoException & { statusCode?: number }
    // 404 and ENOENT: a file that the delta wants is not in the image, unless it is the engine's socket that is gone.
    if (statusCode !== undefined && statusCode !== 404) return false
    if (code === 'ENOENT' ? syscall === 'connect' : SYSTEM_ERROR.test(code)) return false
  }
  return true
}
