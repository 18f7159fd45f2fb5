import type { Account, Api, AuthStatus } from '../api/index.ts'

/** Who is signed in, as the server says. */
export class Session {
  status = $state.raw<AuthStatus>()
  account = $state.raw<Account>()
  readonly #api: Api

  constructor({ api }: { readonly api: Api }) {
    this.#api = api
  }

  get title(): string {
    return this.status?.title || 'Hearth'
  }

  /** Asks the server who we are; throws its Failure when it can not be reached. */
  async load(): Promise<AuthStatus> {
    const status = await this.#api.take(this.#api.routes.GET('/api/v2/auth/status'))
    this.status = status
    this.account = status.signedIn ? await this.#api.take(this.#api.routes.GET('/api/v2/account')) : undefined
    return status
  }

  async login(name: string, password: string): Promise<void> {
    await this.#api.take(this.#api.routes.POST('/api/v2/auth/login', { body: { name, password } }))
    await this.load()
  }

  async setup(input: { token?: string; name: string; password: string }): Promise<void> {
    await this.#api.take(this.#api.routes.POST('/api/v2/auth/setup', { body: input }))
    await this.load()
  }

  async logout(): Promise<void> {
    await this.#api.take(this.#api.routes.POST('/api/v2/auth/logout'))
    this.account = undefined
  }

  /** The server has said that nobody is signed in. */
  forget(): void {
    this.account = undefined
  }
}
