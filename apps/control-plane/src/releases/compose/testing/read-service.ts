import type { ServiceSpec } from '@flotilla/contracts'
import { ProjectError, type ProjectProblem } from '../compose-error.js'
import { readComposeFile } from '../compose-file.js'

/** A file around the members of one service, which begin in line 4, four blanks in. */
export function fileAround(members: string): string {
  return `services:
  web:
    image: app
    ${members}
  other: { image: app }
volumes: { data: {} }
`
}

export function readService(members: string): ServiceSpec | undefined {
  return readComposeFile(fileAround(members), 'compose.yaml').compose.services.web
}

/** What is refused in a text that must not be taken. */
export function problemsOf(text: string): readonly ProjectProblem[] {
  try {
    readComposeFile(text, 'compose.yaml')
  } catch (error) {
    if (error instanceof ProjectError) return error.problems
    throw error
  }
  throw new Error(`This was taken:\n${text}`)
}
