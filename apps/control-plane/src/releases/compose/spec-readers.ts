import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'

/** Readers of a service's members: each puts what it read into the spec. */
export type SpecReaders = (spec: ServiceSpecInput) => Record<string, (field: Field) => void>
