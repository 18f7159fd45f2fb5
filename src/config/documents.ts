import type { Setting } from './setting.ts'
import { allSettings, type SettingKey } from './settings.ts'

type Entry = readonly [key: SettingKey, setting: Setting]

const groups: readonly (readonly [group: string, entries: readonly Entry[]])[] = [
  ...Map.groupBy(allSettings, ([key]) => key.split('.')[0] as string),
]

const yamlPathsOf = ([, { yaml = [] }]: Entry) => yaml.map((path) => (typeof path === 'string' ? path : path[0]))

// A value with a space or a # would be cut without quotes.
const quoted = (text: string) => (/[\s#"'`]/.test(text) ? `"${text}"` : text)

function exampleOf([, setting]: Entry): string {
  const [name, ...aliases] = setting.env
  const also = aliases.length > 0 ? ` Also read as ${aliases.join(', ')}.` : ''
  return `# ${setting.about}${also}\n# Expects ${setting.kind.expects}.\n# ${name}=${quoted(setting.default ?? '')}\n`
}

/** Words `.env.example`: every setting with its default, commented out. */
export const formatEnvExample =
  (): string => `# Hearth: every setting, with its default. Copy this file to .env, take the # off a line, and change its value.
# Stronger are the environment and the command line; weaker is hearth.yaml. An empty value counts as not given.
# Put a value that holds a space or a # in quotes. \${NAME} is not replaced here.
${groups.map(([group, entries]) => `\n# --- ${group} ---\n\n${entries.map(exampleOf).join('\n')}`).join('')}`

const code = (text: string) => `\`${text}\``
const cell = (text: string) => text.replaceAll('|', '\\|')

function rowOf(entry: Entry): string {
  const [key, setting] = entry
  const { kind, flag, unit, about, secret, notInYaml } = setting
  const [name, ...aliases] = setting.env
  const others = [...aliases, ...(secret ? [`${name}_FILE`] : []), ...yamlPathsOf(entry)].map(code)
  const cells = [
    notInYaml ? '' : code(key),
    [name, ...(flag ? [flag] : [])].map(code).join(', '),
    setting.default ? code(setting.default) : '',
    `${about}${unit ? ` In ${unit}.` : ''} Expects ${kind.expects}.`,
    others.join(', '),
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

const tableOf = ([group, entries]: (typeof groups)[number]) => `## ${group}

| In hearth.yaml | In the environment | Default | Meaning | Other names |
|---|---|---|---|---|
${entries.map(rowOf).join('\n')}
`

const preface = `# Configuration

This page is generated from \`src/config/settings.ts\`; change it there, then run \`node scripts/write-config-docs.ts\`.

Hearth runs without any setting. What is set is looked up in this order, and the first that has a value wins:

1. the command line (\`hearth serve --port 9000\`),
2. the environment (\`PORT=9000\`),
3. \`.env\` in the working directory,
4. \`hearth.yaml\` in the working directory, else in the data folder, or the file that \`HEARTH_CONFIG\` names,
5. the default.

\`hearth config explain PORT\` shows the value of one setting, where it comes from and what it overrides; \`hearth config
list\` shows all of them; \`hearth config check\` tells everything that is wrong and exits with 1. A server with a wrong
setting does not start, and names all of them at once.

## Rules

- An empty value counts as not given: \`OPENAI_API_KEY=\` is the same as no such line.
- Many settings have the names that other systems gave them as well. Two names of one setting with different values in
  one source are an error that names both. The same value is fine.
- An unknown name in \`hearth.yaml\` is an error; unknown names in the environment and \`.env\` are none of our business.
- A relative path belongs to the folder of the \`hearth.yaml\` it stands in; elsewhere to the working directory. \`~/\` is
  the home folder.
- Everything Hearth keeps is in one folder, \`./data\` by default: it is easy to find beside what was started, and deleting
  it leaves nothing behind. Set \`HEARTH_DATA\` to an absolute path for a server that is started from several places.
- A secret can be in a file of its own: \`OPENAI_API_KEY_FILE=/run/secrets/openai\`. Secrets are never shown nor logged.

### .env

The file is read as Node reads it, which differs from a shell:

- of two equal names the last one counts;
- an unquoted value ends at a \`#\`, so a password that holds one needs quotes;
- \`\\n\` is a line break in double quotes only; single quotes and backticks keep it as it is;
- \`\${NAME}\` is not replaced;
- a line without \`=\` is skipped;
- a quoted value goes on to the next quote, lines later if need be; where that swallows a setting, Hearth says so.

### hearth.yaml

\`\`\`yaml
server:
  port: 9000
ollama:
  url: http://192.168.1.20:11434
  model: llama3.2
openai:
  apiKey: \${MY_KEY}
\`\`\`

\`\${NAME}\` stands for a variable of the environment or of \`.env\`, \`\${NAME:-otherwise}\` has a fallback, \`$\${\` is a plain
\`\${\`. Numbers and truth values may stand in quotes. A list may be a YAML list or one text with commas.

### Ollama from within a container

\`localhost\` is the container itself there. With Docker Desktop set \`OLLAMA_HOST=http://host.docker.internal:11434\`; on
Linux \`OLLAMA_HOST=http://172.17.0.1:11434\` (and let Ollama listen there), or run the container with \`--network=host\`.
\`OLLAMA_HOST\` may also be \`host\` or \`host:port\`, as Ollama itself takes it; \`0.0.0.0\` and \`::\`, to which a server
binds, mean this machine.
`

/** Words `docs/configuration.md`. */
export const formatConfigurationPage = (): string => `${preface}\n${groups.map(tableOf).join('\n')}`
