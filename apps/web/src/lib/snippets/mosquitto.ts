import type { IssuedCredential } from '@heliograph/protocol'
import { EXAMPLE, EXAMPLE_FOR_CMD, lines } from './command-line.js'
import { hostOf, portOf } from './server-address.js'
import type { Snippet } from './snippet.js'

/** Writes a line like the example each second, in any shell; with RANDOM, as in bash and zsh, it varies. */
const EVERY_SECOND = 'while sleep 1; do echo "{\\"temperature\\": 2$((RANDOM % 4)).$((RANDOM % 10))}"; done'

export function mosquitto({ clientId, username, password, topics }: IssuedCredential, server: URL): Snippet {
  const tls = server.protocol === 'mqtts:' ? ' --tls-use-os-certs' : ''
  const command = [
    `mosquitto_pub -h ${hostOf(server)} -p ${portOf(server)}${tls}`,
    `  -q 1 -i ${clientId}`,
    `  -u ${username}`,
    `  -P ${password}`,
    `  -t ${topics.telemetry}`,
  ]
  const once = 'Sends one message.'
  const shell = { language: 'shell' as const }
  return {
    id: 'mosquitto',
    label: 'mosquitto_pub',
    variants: [
      { ...shell, label: 'Once', note: once, code: lines([...command, `  -m '${EXAMPLE}'`], '\\') },
      {
        ...shell,
        label: 'Every second',
        note: 'Stays connected and sends until Ctrl-C.',
        // One connection for all lines, so that the device is online meanwhile.
        code: `${EVERY_SECOND} |\n${lines([...command, '  -l'], '\\')}`,
      },
      { ...shell, label: 'cmd.exe', note: once, code: lines([...command, `  -m ${EXAMPLE_FOR_CMD}`], '^') },
      {
        ...shell,
        label: 'PowerShell',
        note: once,
        // PowerShell 5 and 7 disagree about quotes in an argument, so that the message comes from a pipe.
        code: `'${EXAMPLE}' | ${lines([...command, '  -s'], '`')}`,
      },
    ],
  }
}
