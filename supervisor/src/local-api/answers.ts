import type { Answer, FailureCode } from '../actions/answer.js'
import { json, LocalProblem, type LocalAnswer } from './local-request.js'

const STATUS: Record<FailureCode, number> = { unknown: 404, unsupported: 501, unready: 503, conflict: 409, error: 500 }

/** `status` where it is done: 200, or 202 where it only begins. */
export function answerOf(answer: Answer, status = 200): LocalAnswer {
  switch (answer.status) {
    case 'done':
      return json(status, { detail: answer.detail })
    case 'refused':
      throw new LocalProblem(423, 'locked', answer.detail, { locks: answer.locks })
    case 'failed':
      throw new LocalProblem(STATUS[answer.code], answer.code, answer.detail)
  }
}
