import { Problem } from '../http/problem.js'

/** `bytes first-last/total`, where the total may be `*`: not known yet. */
export interface SentRange {
  first: number
  length: number
  total?: number
}

export function parseContentRange(header: string | undefined): SentRange {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header ?? '') ?? []
  const range = {
    first: Number(first),
    length: Number(last) - Number(first) + 1,
    ...(total !== '*' && { total: Number(total) }),
  }
  const { length, total: whole = Infinity } = range
  if (length > 0 && range.first + length <= whole) return range
  throw new Problem('content-range-invalid', 400, 'Say what is sent: Content-Range: bytes first-last/total or …/*')
}

/** The part of `size` bytes that a Range header asks for; all of them where there is none that makes sense. */
export function parseRange(header: string | undefined, size: number): { first: number; last: number } | undefined {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === undefined) return undefined
  const range = { first: Number(first), last: last ? Math.min(Number(last), size - 1) : size - 1 }
  if (range.first <= range.last) return range
  throw new Problem('range-not-satisfiable', 416, `The snapshot has ${size} bytes.`)
}
