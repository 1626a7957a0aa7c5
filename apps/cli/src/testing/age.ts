/** How the age of what a test did itself is told, however slow the machine: as a part of a pattern. */
export const MOMENT_AGO = '(?:just now|\\d+ s ago)'
