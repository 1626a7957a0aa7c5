// Files that the bundle holds as they are.
declare module '*.sh' {
  const text: string
  export default text
}
declare module '*.service' {
  const text: string
  export default text
}
declare module '*.html' {
  const text: string
  export default text
}
