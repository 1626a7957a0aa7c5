import type { Project } from '../releases/index.js'
import type { CommitFacts } from './commits.js'

/** One line of what git tells a hook: a ref, where it points now, and where it shall. */
export interface RefUpdate {
  ref: string
  before: string
  after: string
}

/** What becomes of one ref of a push that was found good. */
export type RefPlan = RefUpdate &
  (
    | { kind: 'delete' }
    | { kind: 'branch'; branch: string; commit: CommitFacts; project: Project }
    | { kind: 'tag'; tag: string; commit: string | undefined; version: string | undefined }
  )

export type BranchPlan = Extract<RefPlan, { kind: 'branch' }>
export type TagPlan = Extract<RefPlan, { kind: 'tag' }>

const NOTHING = /^0+$/

export function isNothing(id: string): boolean {
  return NOTHING.test(id)
}

export function parseUpdates(lines: readonly string[]): RefUpdate[] {
  return lines.filter(Boolean).map((line) => {
    const [before = '', after = '', ...ref] = line.trim().split(' ')
    return { before, after, ref: ref.join(' ') }
  })
}

/** Whether a ref is a branch or a tag, and its short name. Others are not taken. */
export function nameOf(ref: string): { kind: 'branch' | 'tag'; name: string } | undefined {
  const [, folder, name] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? []
  if (folder === undefined || name === undefined) return undefined
  return { kind: folder === 'heads' ? 'branch' : 'tag', name }
}

/** The version that a tag names: v1.4.0 and 1.4.0 are 1.4.0. Tags that look different name none. */
export function versionOfTag(tag: string): string | undefined {
  return /^v?(\d+\.\d+(?:\.\d+){0,2}(?:[-+][0-9A-Za-z][0-9A-Za-z.+-]*)?)$/.exec(tag)?.[1]
}

/** Tags first, because they name releases; then the deploy branch, because devices wait for it. */
export function inOrder(plans: readonly RefPlan[], deployBranch: string): RefPlan[] {
  const rank = (plan: RefPlan) => {
    if (plan.kind !== 'branch') return 0
    return plan.branch === deployBranch ? 1 : 2
  }
  return [...plans].sort((a, b) => rank(a) - rank(b))
}

export const PUSH_OPTIONS = ['follow'] as const

/** Push options that mean nothing here. */
export function unknownOptions(options: readonly string[]): string[] {
  return options.filter((option) => !PUSH_OPTIONS.some((known) => known === option))
}
