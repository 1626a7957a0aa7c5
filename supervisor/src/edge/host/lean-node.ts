/*
 * How V8 works where memory is scarce: it interprets, and never compiles. The compilers alone, once touched, take 6 MB of
 * a board's memory; what the supervisor does is input and output, which they make no faster. Imported first of all, so
 * that it holds before anything runs; in the program itself, since launchers outlive it.
 */
import { setFlagsFromString } from 'node:v8'
import { config } from 'zod'

for (const flag of ['--no-opt', '--no-sparkplug']) setFlagsFromString(flag)

// Else zod writes a program of its own for each kind of object, to read it faster than a board ever needs.
config({ jitless: true })
