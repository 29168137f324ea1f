import type { IssuedCredential } from '@heliograph/protocol'
import { EXAMPLE, EXAMPLE_FOR_CMD, lines } from './shells.ts'
import type { Snippet } from './snippet.ts'

export function curl({ username, password }: IssuedCredential, device: string, httpUrl: string): Snippet {
  const url = `${httpUrl}/api/v1/devices/${device}/telemetry`
  const note = 'Sends one message.'
  const shell = { language: 'shell' as const, version: null, note }
  return {
    id: 'curl',
    label: 'HTTP',
    variants: [
      {
        ...shell,
        label: 'curl',
        code: lines(
          [
            `curl -u '${username}:${password}'`,
            `  -H 'content-type: application/json'`,
            `  -d '${EXAMPLE}'`,
            `  ${url}`,
          ],
          '\\',
        ),
      },
      {
        ...shell,
        label: 'cmd.exe',
        code: lines(
          [
            `curl -u "${username}:${password}"`,
            `  -H "content-type: application/json"`,
            `  -d ${EXAMPLE_FOR_CMD}`,
            `  ${url}`,
          ],
          '^',
        ),
      },
      {
        ...shell,
        label: 'PowerShell',
        code: [
          `$login = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes('${username}:${password}'))`,
          lines(
            [
              `Invoke-RestMethod -Method Post -Uri ${url}`,
              `  -Headers @{ Authorization = "Basic $login" }`,
              `  -ContentType 'application/json'`,
              `  -Body '${EXAMPLE}'`,
            ],
            '`',
          ),
        ].join('\n'),
      },
    ],
  }
}
