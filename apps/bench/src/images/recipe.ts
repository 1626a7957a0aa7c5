/** What an image is made of, from the base layer up; the same recipe makes the same content on the same day. */
export interface ImageRecipe {
  debian: DebianBase
  /** What the second layer installs, with what they depend on. */
  packages: string[]
  /** Packages of npm with their versions, in a layer of their own. */
  dependencies?: Record<string, string>
  /** A folder of source files: those of an npm package, some with lines changed. */
  source?: AppSource
  /** A package of npm that holds one static program, `bin/…`. */
  program?: string
  /** The time that checked out and installed files have. */
  builtAt: string
  /** The files of the base have new times as well, as from a builder that keeps none. */
  isBaseRebuilt?: boolean
  /** All above the base is built by Flotilla, in releases of one fleet. */
  byFlotilla?: boolean
}

export interface AppSource {
  package: string
  editedFiles: number
}

export interface DebianBase {
  suite: string
  /** Archive and suite, each. */
  sources: string[]
}
