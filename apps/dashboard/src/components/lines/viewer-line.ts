/** One line of a log or a build, ready to be drawn. */
export interface ViewerLine {
  /** Unique among the lines shown together. */
  id: string
  at: string
  /** Who said it: a service. */
  source?: string
  /** error: standard error or a failure; step: the beginning of something; system: not the user's own program. */
  tone: 'plain' | 'error' | 'step' | 'system'
  text: string
}
