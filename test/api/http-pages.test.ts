import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { raw, serve } from './http-fixture.ts'

const script = `export const a = 1\n// ${'x'.repeat(2_000)}\n`

/** A built page as Vite would leave it, with a secret beside it and a link that leads to the secret. */
async function builtPage() {
  const root = await mkdtemp(join(tmpdir(), 'hearth-page-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const folder = join(root, 'page')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(root, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Hearth</title>')
  await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(folder, 'assets', 'index-BX12_f-9.js'), script)
  await writeFile(join(folder, 'assets', 'style-CCCC1234.css'), `a{}${' '.repeat(2_000)}`)
  await writeFile(join(folder, 'assets', 'style-CCCC1234.css.br'), brotliCompressSync('/* ready */'))
  await writeFile(join(folder, 'assets', 'style-CCCC1234.css.gz'), gzipSync('/* ready too */'))
  await symlink(join(root, 'secret.txt'), join(folder, 'link.txt'))
  return { root, folder }
}

async function servePage(options = {}) {
  const { root, folder } = await builtPage()
  return { root, folder, ...(await serve({ deps: { page: { folder } }, options })) }
}

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`

describe('the page', () => {
  it('ASTRA-2, LLAMA-16: is where / leads to', async () => {
    const { call, url } = await servePage()
    for (const path of ['/', '/app']) {
      const response = await call(path, { redirect: 'manual' })
      expect([response.status, response.headers.get('location')]).toEqual([302, '/app/'])
    }
    const page = await call('/')
    expect([page.status, page.url, page.headers.get('content-type')]).toEqual([
      200,
      `${url}/app/`,
      'text/html; charset=utf-8',
    ])
    expect(await page.text()).toContain('<title>Hearth</title>')
  })

  it('is sent for every address of its own below /app/, and asked for anew each time', async () => {
    const { call } = await servePage()
    for (const path of ['/app/', '/app/conversations/1', '/app/a/b/c?x=1', '/app/favicon.ico/x']) {
      const response = await call(path)
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache'])
      expect(await response.text()).toContain('<title>Hearth</title>')
    }
  })

  it('allows no script, style, image or connection but its own', async () => {
    const { call } = await servePage()
    const { headers } = await call('/app/')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('has files that are kept for ever, since their names change with what they hold', async () => {
    const { call } = await servePage()
    const response = await call('/app/assets/index-BX12_f-9.js')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await response.text()).toBe(script)
    const gone = await call('/app/assets/index-OLDOLDOL.js')
    expect([gone.status, gone.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })

  it('is compressed: by what lies ready, else once here', async () => {
    const { call } = await servePage()
    const css = async (encoding: string) => {
      const response = await call('/app/assets/style-CCCC1234.css', { headers: { 'accept-encoding': encoding } })
      return [response.headers.get('content-encoding'), (await response.text()).trim().slice(0, 15)]
    }
    expect(await css('gzip, br')).toEqual(['br', '/* ready */'])
    expect(await css('gzip, br;q=0')).toEqual(['gzip', '/* ready too */'])
    expect(await css('identity')).toEqual([null, 'a{}'])
    const made = await call('/app/assets/index-BX12_f-9.js', { headers: { 'accept-encoding': 'br' } })
    expect([made.headers.get('content-encoding'), made.headers.get('vary')]).toEqual(['br', 'Accept-Encoding'])
    expect(await made.text()).toBe(script)
  })

  it('is not sent again to who has it, and is seen anew when it is built anew', async () => {
    const { call, folder } = await servePage()
    const etag = (await call('/app/')).headers.get('etag') ?? ''
    const again = await call('/app/', { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Newer</title>')
    await writeFile(join(folder, 'assets', 'index-NEWNEW12.js'), 'new')
    expect(await (await call('/app/', { headers: { 'if-none-match': etag } })).text()).toContain('Newer')
    expect(await (await call('/app/assets/index-NEWNEW12.js')).text()).toBe('new')
  })

  it('has an icon where browsers look for one', async () => {
    const { call } = await servePage()
    const response = await call('/favicon.ico')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })

  it.each([
    ['/app/../secret.txt'],
    ['/app/..%2fsecret.txt'],
    ['/app/%2e%2e/secret.txt'],
    ['/app/%2e%2e%2fsecret.txt'],
    ['/app/..\\secret.txt'],
    ['/app/..%5csecret.txt'],
    ['/app/assets/../../../secret.txt'],
    ['/app/%252e%252e/secret.txt'],
    ['/app//secret.txt'],
    ['/app/secret.txt%00.html'],
    ['/app/index.html%00'],
    ['/app/link.txt'],
    ['/docs/..%2fsecret.txt'],
    ['/app/%c0%ae%c0%ae/secret.txt'],
  ])('gives nothing from outside its folder for %s', async (path) => {
    const { port, root } = await servePage()
    const answers = [await raw(port, get(path)), await raw(port, get(path.replace('secret.txt', `${root}/secret.txt`)))]
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 (200|404|422) /)
      expect(answer.split('\r\n\r\n')[1]).not.toBe('secret')
      if (answer.startsWith('HTTP/1.1 200')) expect(answer).toContain('<title>Hearth</title>')
    }
  })

  it('that is not built says how to build it, and appears once it is', async () => {
    const root = await mkdtemp(join(tmpdir(), 'hearth-page-'))
    onTestFinished(() => rm(root, { recursive: true }))
    const folder = join(root, 'page')
    const { call } = await serve({ deps: { page: { folder } } })
    const response = await call('/app/')
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(await response.text()).toContain('npm run build:page')
    await mkdir(folder)
    await writeFile(join(folder, 'index.html'), 'built')
    expect(await (await call('/app/')).text()).toBe('built')
  })

  it('lies below the base path with everything else', async () => {
    const { port } = await servePage({ basePath: '/hearth' })
    const response = await fetch(`http://127.0.0.1:${port}/hearth`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/hearth/app/'])
    const page = await (await fetch(`http://127.0.0.1:${port}/hearth/app/`)).text()
    expect(page).not.toContain('"/app/')
  })
})

describe('the API pages', () => {
  async function serveDocs() {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-docs-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css', 'redoc.standalone.js', 'redoc.css']) {
      await writeFile(join(folder, name), `/* ${name} */`)
    }
    return serve({ deps: { docs: { folder } } })
  }

  it.each([['/docs'], ['/redoc']])(
    'AURO-21, C-24: %s loads only what this server has, and no inline script',
    async (path) => {
      const { call } = await serveDocs()
      const response = await call(path)
      expect(response.status).toBe(200)
      const html = await response.text()
      const loaded = [...html.matchAll(/(?:src|href|spec-url)="([^"]*)"/g)].map((match) => match[1] as string)
      expect(loaded.length).toBeGreaterThan(1)
      for (const address of loaded) expect([address, (await call(address)).status]).toEqual([address, 200])
      expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/)
      expect(html).not.toContain('http')
      expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self'; style-src 'self'/)
    },
  )

  it('allow inline styles to ReDoc alone', async () => {
    const { call } = await serveDocs()
    const policy = async (path: string) => (await call(path)).headers.get('content-security-policy')
    expect(await policy('/docs')).not.toContain('unsafe')
    expect(await policy('/redoc')).toContain("style-src 'self' 'unsafe-inline'")
    expect((await policy('/redoc'))?.match(/unsafe/g)).toHaveLength(1)
  })

  it('say how to build them when they are not', async () => {
    const { call } = await serve()
    for (const path of ['/docs', '/redoc']) {
      const response = await call(path)
      expect(response.status).toBe(503)
      expect(await response.text()).toContain('npm run build:page')
    }
  })
})
