import type { IssuedApiKey } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { DocumentShell } from '../../support/document-shell.js'
import { shellCommands } from '../../support/markdown.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { hasMosquitto } from '../../support/publish.js'

const page = 'docs/mqtt5.md'
const organization = 'workshop'

describe.skipIf(!hasMosquitto)('the commands of the page on MQTT 5', () => {
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

  it('show reasons, expiry, and request and response', async () => {
    const sections = ['To try it', 'Reasons', 'Expiry', 'Request and response']
    const { output, errors } = await shell.run(
      sections.map((section) => shellCommands(page, section)).join('\n'),
    )
    expect(errors).toContain('Publish 1 failed: Not authorized.')
    expect(errors.match(/^Warning: Publish 1 failed: /gm)).toHaveLength(2)
    expect(errors).toContain('All subscription requests were denied.')
    expect(errors).toContain('Bad User Name or Password')
    expect(output).toContain('"message":"open"')
    expect(output).not.toContain('"message":"opening"')
    expect(output).toContain('answer to 4711: opened by 40 %')
  })
})
