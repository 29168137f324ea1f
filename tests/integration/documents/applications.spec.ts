import type { IssuedApiKey } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { DocumentShell } from '../../support/document-shell.js'
import { shellCommands } from '../../support/markdown.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { hasMosquitto } from '../../support/publish.js'

const page = 'docs/applications.md'
const organization = 'workshop'

describe.skipIf(!hasMosquitto)('the commands of the page on applications', () => {
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

  it('make an application, connect, and are refused what was not granted', async () => {
    const sections = [
      'To make one',
      'To connect',
      'What it may be granted',
      'To change, rotate and revoke',
      'An API key as the password',
    ]
    const { output, errors } = await shell.run(
      sections.map((section) => shellCommands(page, section)).join('\n'),
    )
    expect(output).toMatch(/^on$/m)
    expect(errors).toContain('All subscription requests were denied.')
    expect(errors).toContain('Publish 1 failed: Not authorized.')
    expect(output).toContain('"origins":["https://example.com"]')
    expect(output).toContain('"lastAddress"')
    expect(output).toContain('"devices":')
  })
})
