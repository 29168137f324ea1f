import { describe, expect, it } from 'vitest'
import { hasMosquitto } from '../../support/publish.js'
import { useDocumentShell } from '../../support/use-document-shell.js'

describe.skipIf(!hasMosquitto)('the commands of the page on MQTT 5', () => {
  const run = useDocumentShell('docs/mqtt5.md')

  it('show reasons, expiry, and request and response', async () => {
    const { output, errors } = await run(['To try it', 'Reasons', 'Expiry', 'Request and response'])
    expect(errors).toContain('Publish 1 failed: Not authorized.')
    expect(errors.match(/^Warning: Publish 1 failed: /gm)).toHaveLength(2)
    expect(errors).toContain('All subscription requests were denied.')
    expect(errors).toContain('Bad User Name or Password')
    expect(output).toContain('"message":"open"')
    expect(output).not.toContain('"message":"opening"')
    expect(output).toContain('answer to 4711: opened by 40 %')
  })
})
