import type { IssuedApiKey } from '@heliograph/protocol'
import { afterAll, beforeAll } from 'vitest'
import { createAdministrator } from './accounts.js'
import { DocumentShell } from './document-shell.js'
import { shellCommands } from './markdown.js'
import { type Platform, startPlatform } from './platform.js'

const organization = 'workshop'

/** A platform for the commands of a page, with an API key; returns what runs those below the headings, one after the other. */
export function useDocumentShell(
  page: string,
): (headings: readonly string[]) => Promise<{ output: string; errors: string }> {
  let platform: Platform
  let shell: DocumentShell
  beforeAll(async () => {
    platform = await startPlatform()
    const administrator = await createAdministrator(platform, organization)
    const { key } = await administrator.send<IssuedApiKey>('POST', '/api/v1/api-keys', { name: 'documents' })
    shell = await DocumentShell.create(platform, organization, key)
  })
  afterAll(async () => {
    await platform?.stop()
    await shell?.remove()
  })
  return (headings) => shell.run(headings.map((heading) => shellCommands(page, heading)).join('\n'))
}
