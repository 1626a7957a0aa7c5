import type { NextFunction, Request, Response } from 'express'
import { Problem } from './problem.js'
import { sendProblem } from './problem.filter.js'

// What the deepest shape of a request needs, many times over; what walks JSON here walks it by recursion.
const MOST_LEVELS = 100
const HALF_A_CHARACTER = /\p{Cs}/u

/**
 * Refuses parsed bodies that JSON allows and nothing behind this can work with. Only people are refused halves of characters:
 * boards and builders send what programs print, and could do nothing about it.
 */
export function refuseUnusableJson(request: Request, response: Response, next: NextFunction): void {
  const problem = problemOf(request.body, { mayHoldHalves: !request.path.startsWith('/api/') })
  if (problem) sendProblem(request, response, problem)
  else next()
}

function problemOf(body: unknown, { mayHoldHalves }: { mayHoldHalves: boolean }): Problem | undefined {
  let values = [body]
  for (let level = 0; values.length > 0; level++) {
    if (level > MOST_LEVELS) {
      return new Problem(
        'body-too-deep',
        400,
        `The body nests more than ${MOST_LEVELS} objects and lists; send less deep ones.`,
      )
    }
    if (!mayHoldHalves && values.some((value) => typeof value === 'string' && HALF_A_CHARACTER.test(value))) {
      return new Problem(
        'text-not-storable',
        400,
        'Some text in the request holds half of a character (a lone surrogate); remove it.',
      )
    }
    values = values.flatMap(inside)
  }
  return undefined
}

function inside(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Array.isArray(value) ? (value as unknown[]) : Object.entries(value).flat()
}
