import type { ReactNode } from 'react'
import classes from './status-badge.module.css'

/** How a state is to be taken; never told by colour alone, there is always a word beside it. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle'

interface StatusBadgeProps {
  tone: Tone
  children: ReactNode
  /** Something is under way right now. */
  moving?: boolean
  title?: string
  /** Only the dot and the word, for places where many stand together. */
  plain?: boolean
}

export function StatusBadge({ tone, children, moving, title, plain }: StatusBadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone} data-plain={plain || undefined} title={title}>
      <span className={classes.dot} data-moving={moving || undefined} aria-hidden />
      {children}
    </span>
  )
}
