import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/index.ts'
import { silentLog, systemClock } from '../../src/core/index.ts'

describe('an app that cannot be built', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-app-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('leaves the data folder free for the next try', async () => {
    const prompt = join(folder, 'identity.txt')
    await writeFile(prompt, 'You are Hearth.')
    const env = { PORT: '0', HEARTH_DATA: folder, HEARTH_BUILTIN_MODEL: 'off', IDENTITY_PROMPT_FILE: prompt }
    const { config, isSet } = loadConfig({ env, cwd: folder })
    const assets = { page: folder, docs: folder }
    const build = () => createApp({ config, isSet, clock: systemClock, log: silentLog, version: '0.0.0-test', assets })
    await rm(prompt)
    await expect(build()).rejects.toThrow(/ENOENT/)
    await writeFile(prompt, 'You are Hearth.')
    await (await build()).stop()
  })
})
