// Runs a command with a PostgreSQL of its own: `node scripts/with-postgres.mjs npm test`. The server lives in a folder
// that goes with it, answers on the loopback only, and its address is in TEST_DATABASE_URL. The exit code is the command's.
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const fail = (words) => {
  process.stderr.write(`${words}\n`)
  process.exit(1)
}

/** The folder with `initdb`: Debian keeps it out of the path, one per version. */
function findPrograms() {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')))
}

/** PostgreSQL refuses to run as root; its Debian package brings a user for it. */
function findUser() {
  if (process.getuid?.() !== 0) return {}
  const id = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  const [uid, gid] = [id('-u'), id('-g')]
  if (!uid) fail('As root this needs a user named postgres to run the server as.')
  return { uid, gid }
}

const findFreePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const command = process.argv.slice(process.argv[2] === '--' ? 3 : 2)
if (command.length === 0) fail('Say which command to run: node scripts/with-postgres.mjs npm test')
const programs = findPrograms()
if (programs === undefined)
  fail('PostgreSQL is not installed: no initdb was found (Debian: apt-get install postgresql).')

const user = findUser()
const folder = mkdtempSync(join(tmpdir(), 'hearth-postgres-'))
if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(join(programs, program), args, {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${program} failed: ${stdout}${stderr}`)
}

const cluster = join(folder, 'cluster')
let isStarted = false
function stop() {
  try {
    if (isStarted) run('pg_ctl', ['-D', cluster, '-m', 'immediate', '-w', 'stop'])
  } finally {
    isStarted = false
    rmSync(folder, { recursive: true, force: true })
  }
}

function runCommand(url) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {
      stdio: 'inherit',
      env: { ...process.env, TEST_DATABASE_URL: url },
      shell: process.platform === 'win32',
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => {
      process.stderr.write(`${command[0]} could not be started: ${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (code, signal) => resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)))
  })
}

try {
  run('initdb', ['-D', cluster, '-U', 'hearth', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'])
  const port = await findFreePort()
  const options = `-h 127.0.0.1 -p ${port} -k ${folder} -c max_connections=100`
  run('pg_ctl', ['-D', cluster, '-l', join(folder, 'log'), '-o', options, '-w', 'start'])
  isStarted = true
  process.exitCode = await runCommand(`postgres://hearth@127.0.0.1:${port}/postgres`)
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
} finally {
  stop()
}
