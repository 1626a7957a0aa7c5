/*
 * What can be put into a board and pulled out again, as the rules see it.
 */

/** A file system on a stick, a card or a disk that was put in. */
export interface Stick {
  // Another one after it was pulled out and put in again.
  id: string
  // As the system calls it: sda1.
  name: string
  // Where the board's desktop mounted it; it stays so. Absent: nobody did.
  mountedAt?: string
}

export interface StickSlots {
  /** What is in now and nobody uses. Asks the kernel alone, so that a disk that sleeps goes on sleeping. */
  list(): Stick[]
  /** Gives the folder where its files can be read from now on; undefined: it has none that could be bundles. */
  mount(stick: Stick): Promise<string | undefined>
  /** Also of one that is not there any more. */
  unmount(stick: Stick): Promise<void>
  /** Lets go of what an earlier run was using when it was killed. */
  unmountAll(): Promise<void>
}
