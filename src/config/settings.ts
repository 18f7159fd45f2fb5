import { databaseUrl, serverUrl } from './address.ts'
import {
  basePath,
  choice,
  decimal,
  decimalOrOff,
  existingFile,
  host,
  integer,
  name,
  networks,
  origins,
  path,
  text,
} from './kind.ts'
import type { Setting, Values } from './setting.ts'

const tokens = integer(256, 10_000_000)
const seconds = decimal(0.001, 86_400)

/** Every setting there is, once. The key is also its path in hearth.yaml. */
export const settings = {
  'server.host': {
    kind: host,
    env: ['HOST'],
    yaml: ['general.host'],
    flag: '--host',
    default: '127.0.0.1',
    about: 'Address to listen on; 0.0.0.0 opens the server to the network, which then asks for a password.',
  },
  'server.port': {
    kind: integer(0, 65_535),
    env: ['PORT'],
    yaml: ['general.port'],
    flag: '--port',
    default: '8000',
    about: 'Port to listen on; 0 takes any free one.',
  },
  'server.basePath': {
    kind: basePath,
    env: ['BASE_PATH'],
    default: '/',
    about: 'Path under which a reverse proxy shows the server.',
  },
  'server.trustedProxies': {
    kind: networks,
    env: ['HEARTH_TRUSTED_PROXIES'],
    default: '',
    about:
      'Reverse proxies before this server: with any named, nobody is the owner without a password. Their headers are not read yet, so all clients behind a proxy share one address, and its limits on signing in.',
  },
  'server.allowedOrigins': {
    kind: origins,
    env: ['ALLOWED_ORIGINS', 'allowed_origins'],
    yaml: ['allowed_origins'],
    default: '',
    about: 'Other web pages that may call the API from a browser.',
  },
  'server.maxBodyBytes': {
    kind: integer(1024, 1_073_741_824),
    env: ['MAX_BODY_BYTES'],
    default: '4194304',
    unit: 'bytes',
    about: 'Largest request body that is read.',
  },
  'server.shutdownGraceSeconds': {
    kind: decimal(0, 3600),
    env: ['SHUTDOWN_GRACE_SECONDS'],
    default: '10',
    unit: 'seconds',
    about: 'Time that running answers get to finish when the server is told to stop.',
  },
  'data.folder': {
    kind: path,
    env: ['HEARTH_DATA'],
    flag: '--data',
    default: './data',
    about: 'Folder that holds everything Hearth keeps: the database, secrets, fetched models. Delete it to start anew.',
  },
  'data.configFile': {
    kind: existingFile,
    env: ['HEARTH_CONFIG'],
    flag: '--config',
    notInYaml: true,
    about: 'The hearth.yaml to read; unset: the one in the working directory, else the one in the data folder.',
  },
  'data.databaseUrl': {
    kind: databaseUrl,
    env: ['DATABASE_URL'],
    secret: true,
    about: 'Database to use; unset: a SQLite file in the data folder.',
  },
  'page.title': {
    kind: name,
    env: ['CHATBOT_NAME'],
    default: 'Hearth',
    about: 'Name that the page shows.',
  },
  'chat.systemPrompt': {
    kind: text,
    env: ['SYSTEM_PROMPT'],
    about: 'What the model is told before every conversation that has no system prompt of its own.',
  },
  'chat.identityPromptFile': {
    kind: existingFile,
    env: ['IDENTITY_PROMPT_FILE'],
    about: 'Text file that says who the assistant is; it comes first in every prompt.',
  },
  'chat.formatPromptFile': {
    kind: existingFile,
    env: ['FORMAT_PROMPT_FILE'],
    about: 'Text file that says how answers are to look; it follows the identity.',
  },
  'history.maxMessages': {
    kind: integer(1, 10_000),
    env: ['HISTORY_MAX_MESSAGES'],
    default: '50',
    unit: 'messages',
    about: 'Most earlier messages of a conversation that are sent to the model.',
  },
  'history.maxMinutes': {
    kind: decimalOrOff(0.1, 5_256_000),
    env: ['HISTORY_MAX_MINUTES'],
    default: 'off',
    unit: 'minutes',
    about: 'How old an earlier message may be to be sent to the model.',
  },
  'history.homeMaxMinutes': {
    kind: decimalOrOff(0.1, 5_256_000),
    env: ['HISTORY_HOME_MAX_MINUTES'],
    default: '15',
    unit: 'minutes',
    about: 'The same for the home conversation, where everything that happens comes together.',
  },
  'models.default': {
    kind: name,
    env: ['DEFAULT_MODEL'],
    flag: '--model',
    about: 'Model that answers when none is chosen, such as ollama/llama3.2; unset: the first one there is.',
  },
  'models.defaultSource': {
    kind: choice(['ollama', 'llamacpp', 'openai', 'builtin'], { local: 'llamacpp', 'llama.cpp': 'llamacpp' }),
    env: ['DEFAULT_MODEL_SOURCE'],
    about: 'Provider whose model answers when none is chosen; unset: the first one that is there.',
  },
  'models.builtin': {
    kind: choice(['auto', 'off'], { on: 'auto', true: 'auto', yes: 'auto', false: 'off', no: 'off' }),
    env: ['HEARTH_BUILTIN_MODEL'],
    default: 'auto',
    about: 'Whether a small model is fetched into the data folder when no other is found.',
  },
  'models.contextTokens': {
    kind: tokens,
    env: ['MODEL_CONTEXT_TOKENS', 'MAX_CONTEXT_LENGTH'],
    default: '8192',
    unit: 'tokens',
    about: 'Window that is opened for a request, prompt and answer together, unless the model takes less.',
  },
  'models.answerReserveTokens': {
    kind: integer(16, 1_000_000),
    env: ['MODEL_ANSWER_RESERVE_TOKENS'],
    default: '1024',
    unit: 'tokens',
    about: 'Part of the window that is kept free for the answer.',
  },
  'models.connectTimeoutSeconds': {
    kind: seconds,
    env: ['MODEL_CONNECT_TIMEOUT_SECONDS'],
    default: '5',
    unit: 'seconds',
    about: 'Longest wait for the connection to a provider.',
  },
  'models.firstTokenTimeoutSeconds': {
    kind: seconds,
    env: ['MODEL_FIRST_TOKEN_TIMEOUT_SECONDS'],
    default: '120',
    unit: 'seconds',
    about: 'Longest wait for the first piece of an answer; loading a large model falls into it.',
  },
  'models.idleTimeoutSeconds': {
    kind: seconds,
    env: ['MODEL_IDLE_TIMEOUT_SECONDS'],
    default: '60',
    unit: 'seconds',
    about: 'Longest silence in the middle of an answer.',
  },
  'models.totalTimeoutSeconds': {
    kind: seconds,
    env: ['MODEL_TOTAL_TIMEOUT_SECONDS'],
    default: '900',
    unit: 'seconds',
    about: 'Longest time that one answer may take.',
  },
  'models.maxOutputCharacters': {
    kind: integer(100, 100_000_000),
    env: ['MODEL_MAX_OUTPUT_CHARACTERS'],
    default: '500000',
    unit: 'characters',
    about: 'Length at which an answer that does not end is cut off.',
  },
  'ollama.url': {
    kind: serverUrl('http://localhost:11434'),
    env: ['OLLAMA_HOST', 'OLLAMA_BASE_URL', 'EMBEDDINGS_BASEURL'],
    yaml: ['ollama.base_url'],
    default: 'http://localhost:11434',
    about: 'Where Ollama is; in a container that is http://host.docker.internal:11434 or http://172.17.0.1:11434.',
  },
  'ollama.model': {
    kind: name,
    env: ['OLLAMA_MODEL', 'LLM_MODEL', 'OLLAMA_CHAT_MODEL'],
    about: 'Model of Ollama that answers; unset: the first one it has.',
  },
  'ollama.temperature': {
    kind: decimal(0, 2),
    env: ['OLLAMA_TEMPERATURE'],
    about: 'How freely Ollama picks words when the request does not say; unset: as the model is set up.',
  },
  'ollama.topP': {
    kind: decimal(0, 1),
    env: ['OLLAMA_TOP_P'],
    yaml: ['ollama.top_p'],
    about: 'Share of the likeliest words that Ollama picks from; unset: as the model is set up.',
  },
  'ollama.topK': {
    kind: integer(0, 100_000),
    env: ['OLLAMA_TOP_K'],
    yaml: ['ollama.top_k'],
    about: 'Number of likeliest words that Ollama picks from; unset: as the model is set up.',
  },
  'ollama.repeatPenalty': {
    kind: decimal(0, 10),
    env: ['OLLAMA_REPEAT_PENALTY'],
    yaml: ['ollama.repeat_penalty'],
    about: 'How strongly Ollama avoids repeating itself; unset: as the model is set up.',
  },
  'ollama.numPredict': {
    kind: integer(1, 1_000_000),
    env: ['OLLAMA_NUM_PREDICT'],
    yaml: ['ollama.num_predict'],
    unit: 'tokens',
    about: 'Longest answer asked of Ollama; unset: what the window leaves.',
  },
  'ollama.numCtx': {
    kind: tokens,
    env: ['OLLAMA_NUM_CTX'],
    yaml: ['ollama.num_ctx'],
    unit: 'tokens',
    about: 'Window that Ollama opens; unset: models.contextTokens.',
  },
  'ollama.numThreads': {
    kind: integer(1, 1024),
    env: ['OLLAMA_NUM_THREADS'],
    yaml: ['ollama.num_threads'],
    unit: 'threads',
    about: 'Processor threads that Ollama uses; unset: as many as it sees fit.',
  },
  'llamacpp.url': {
    kind: serverUrl('http://localhost:8080', '/v1'),
    env: ['LLAMACPP_SERVER_URL'],
    default: 'http://localhost:8080',
    about: 'Where the llama.cpp server is.',
  },
  'llamacpp.model': {
    kind: name,
    env: ['LLAMACPP_MODEL_NAME'],
    about: 'Name under which the model of the llama.cpp server is asked for; unset: the name it tells.',
  },
  'llamacpp.timeoutSeconds': {
    kind: seconds,
    env: ['LLAMACPP_TIMEOUT'],
    default: '300',
    unit: 'seconds',
    about: 'Longest time that one answer of the llama.cpp server may take.',
  },
  'openai.url': {
    kind: serverUrl('https://api.openai.com/v1'),
    env: ['OPENAI_BASE_URL'],
    default: 'https://api.openai.com/v1',
    about: 'API that speaks as OpenAI does, with its /v1; used once it is set, or once there is a key.',
  },
  'openai.apiKey': {
    kind: name,
    env: ['OPENAI_API_KEY'],
    secret: true,
    about: 'Key for that API.',
  },
  'openai.model': {
    kind: name,
    env: ['OPENAI_MODEL'],
    about: 'Model of that API that answers; unset: the first one it lists.',
  },
  'log.level': {
    kind: choice(['debug', 'info', 'warn', 'error'], {
      trace: 'debug',
      warning: 'warn',
      critical: 'error',
      fatal: 'error',
    }),
    env: ['LOG_LEVEL'],
    yaml: ['logging.level', ['general.verbose', (text) => (/^(true|yes|on|1)$/i.test(text) ? 'debug' : undefined)]],
    flag: '--log-level',
    default: 'info',
    about: 'Least important thing that is logged; debug logs every request.',
  },
  'log.format': {
    kind: choice(['auto', 'json', 'text']),
    env: ['LOG_FORMAT'],
    yaml: ['logging.format'],
    default: 'auto',
    about: 'One JSON object a line, or text to read; auto is text in a terminal and JSON elsewhere.',
  },
} as const satisfies Readonly<Record<string, Setting>>

/** A setting's dotted name, which is also its path in hearth.yaml. */
export type SettingKey = keyof typeof settings

/** Every setting's value, by group: `config.server.port`. Frozen. */
export type Config = Values<typeof settings>

/** The table with the types of its values forgotten, for whoever walks over all of it. */
export const allSettings: readonly (readonly [SettingKey, Setting])[] = Object.entries(settings) as readonly (readonly [
  SettingKey,
  Setting,
])[]
