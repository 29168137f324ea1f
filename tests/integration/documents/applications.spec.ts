import { describe, expect, it } from 'vitest'
import { hasMosquitto } from '../../support/publish.js'
import { useDocumentShell } from '../../support/use-document-shell.js'

describe.skipIf(!hasMosquitto)('the commands of the page on applications', () => {
  const run = useDocumentShell('docs/applications.md')

  it('make an application, connect, and are refused what was not granted', async () => {
    const { output, errors } = await run([
      'To make one',
      'To connect',
      'What it may be granted',
      'To change, rotate and revoke',
      'An API key as the password',
    ])
    expect(output).toMatch(/^on$/m)
    expect(errors).toContain('All subscription requests were denied.')
    expect(errors).toContain('Publish 1 failed: Not authorized.')
    expect(output).toContain('"origins":["https://example.com"]')
    expect(output).toContain('"lastAddress"')
    expect(output).toContain('"devices":')
  })
})
