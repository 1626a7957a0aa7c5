/*
 * A process of its own that makes one delta, so that its memory can be told. Takes the options of makeDelta as JSON.
 */
import { type DeltaOptions, makeDelta } from '@flotilla/image-delta'

await makeDelta(JSON.parse(process.argv[2] ?? '') as DeltaOptions)
