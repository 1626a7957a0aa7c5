import { type CliCommand, commandPath, walkCommands } from './cli-command.js'
import { VARIABLES } from './config.js'
import { EXIT_MEANINGS } from './exit-codes.js'

/** docs/cli.md: the commands as they are, in Markdown. Pure. */
export function renderReference(program: CliCommand): string {
  const commands = walkCommands(program).filter((command) => command !== program)
  return [
    '# The flotilla command',
    '',
    '<!-- Generated from the commands by `npm run docs -w @flotilla/cli`; change it there. -->',
    '',
    INTRODUCTION,
    '## Exit status',
    '',
    ...table(['status', 'meaning'], Object.entries(EXIT_MEANINGS)),
    '',
    '`flotilla push` ends with the exit status of git.',
    '',
    '## Environment',
    '',
    ...table(['variable', 'meaning'], Object.entries(VARIABLES)),
    '',
    '## Options of every command',
    '',
    ...optionTable(program),
    '',
    '## Commands',
    '',
    ...commands.flatMap(renderCommand),
  ].join('\n')
}

const INTRODUCTION = `\`flotilla\` does from a terminal or a script what the dashboard does in a browser. It speaks the public REST API
(docs/rest-api.md) and nothing else.

Sign in once with \`flotilla login\`. The token is kept in \`~/.config/flotilla/config.json\`, readable by you alone;
several servers can be signed in to, and the last one is used unless \`--server\` says otherwise.

Things are named as people name them: a fleet is \`organization/fleet\`, or the fleet alone where no other has its name;
a device is its name, its board's uuid or the beginning of that; a release is its version or commit. Ids work everywhere.
A name that fits several things is an error that lists them.

Results go to stdout, everything else to stderr. With \`--json\` the result is one JSON document, in the shapes of the REST
API, and an error is one on stderr: a problem with \`code\`, \`detail\` and \`exitCode\`. Commands that go on (\`--follow\`,
\`--watch\`) print a document a line. What cannot be undone asks first; \`--yes\` answers for scripts.
`

function renderCommand(command: CliCommand): string[] {
  const path = commandPath(command)
  const isGroup = command.children.length > 0
  const usage = isGroup ? [] : code(`${path} ${command.usage()}`)
  return [
    `${'#'.repeat(path.split(' ').length + 1)} ${path}`,
    '',
    command.description(),
    '',
    ...usage,
    ...argumentList(command),
    ...(command.options.length > 0 ? [...optionTable(command), ''] : []),
    ...(command.examples.length > 0 ? code(command.examples.join('\n'), 'sh') : []),
  ]
}

function argumentList(command: CliCommand): string[] {
  const described = command.registeredArguments.filter(({ description }) => description !== '')
  if (described.length === 0) return []
  const rows = described.map((argument): [string, string] => [argument.name(), argument.description])
  return [...table(['argument', 'meaning'], rows), '']
}

function optionTable(command: CliCommand): string[] {
  const help = command.createHelp()
  const rows = command.options.map((option): [string, string] => [option.flags, help.optionDescription(option)])
  return table(['option', 'meaning'], rows)
}

function table(head: [string, string], rows: [string, string][]): string[] {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const line = ([term, meaning]: [string, string]) => `| ${cell(term)} | ${cell(meaning)} |`
  return [line(head), '| --- | --- |', ...rows.map(([term, meaning]) => line([`\`${term}\``, meaning]))]
}

function code(text: string, language = ''): string[] {
  return ['```' + language, text, '```', '']
}
