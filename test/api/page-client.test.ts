import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { expect, it, onTestFinished } from 'vitest'
import { startApp } from '../support/app.ts'

const committed = join(import.meta.dirname, '../../web/src/api/schema.ts')
const head = '// Generated from the OpenAPI document by test/api/page-client.test.ts. Do not edit.\n'

// With `vitest run test/api/page-client.test.ts -u` the file is written anew.
it("the page's client has the types that the server's own document gives", async () => {
  const { app, stop } = await startApp()
  onTestFinished(stop)
  const document = structuredClone(app.document) as unknown as Parameters<typeof openapiTS>[0]
  await expect(head + astToString(await openapiTS(document))).toMatchFileSnapshot(committed)
})
