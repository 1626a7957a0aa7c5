/** What the command's exit status tells a script. Scripts rely on the numbers, so they never change. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  conflict: 5,
  unreachable: 6,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_MEANINGS: Record<ExitCode, string> = {
  [EXIT.ok]: 'done',
  [EXIT.failure]: 'it failed; the message says why',
  [EXIT.usage]: 'the command or its input is not valid, or a name fits several things',
  [EXIT.forbidden]: 'not signed in, or not allowed',
  [EXIT.notFound]: 'there is no such thing, or you may not see it',
  [EXIT.conflict]: 'it conflicts with what is there already',
  [EXIT.unreachable]: 'the server could not be reached',
  [EXIT.interrupted]: 'stopped with Ctrl-C',
}
