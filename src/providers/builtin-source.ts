import type { Builtin } from './registry.ts'
import { lookAt } from './server.ts'
import type { Finding, Source } from './source.ts'

/** Puts the built-in model among the sources. It is asked how it is, and never waited for. */
export const toSource = (builtin: Builtin): Source => ({
  provider: builtin.provider,
  configured: true,
  onChange: builtin.onChange,
  remedy: () => 'let Hearth fetch it again',
  look: (signal) => lookAt(() => look(builtin, signal), signal),
  close: async () => undefined,
})

async function look({ provider, status }: Builtin, signal: AbortSignal): Promise<Finding> {
  const { status: state, detail = '', progress, code } = status()
  switch (state) {
    case 'ok': {
      const models = await provider.models(signal)
      return { health: { status: 'ok' }, models: models.map((model) => ({ model, chats: true })) }
    }
    case 'starting':
      return { health: { status: 'starting', detail, ...(progress !== undefined && { progress }) }, models: [] }
    case 'down':
      return { health: { status: 'down', code: code ?? 'no-model', detail }, models: [] }
    case 'off':
      return { health: { status: 'off', detail }, models: [] }
  }
}
