/** The version that the supervisor reports; a test keeps it equal to package.json, which the bundle does not carry. */
export const SUPERVISOR_VERSION = '0.1.0'
