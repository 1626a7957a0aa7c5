/* Each shell asks `flotilla complete` for the candidates, so that a script never has to be made anew. */

export const COMPLETION_SCRIPTS = {
  bash: `_flotilla() {
  local IFS=$'\\n'
  COMPREPLY=($(flotilla complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _flotilla flotilla`,
  zsh: `#compdef flotilla
_flotilla() {
  local -a candidates
  candidates=("\${(@f)$(flotilla complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _flotilla flotilla`,
  fish: `complete -c flotilla -f -a '(flotilla complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
} as const

export type Shell = keyof typeof COMPLETION_SCRIPTS
