/** An error whose message tells a person what to do; it is shown without a stack. */
export class DemoError extends Error {
  readonly forPeople = true
}
