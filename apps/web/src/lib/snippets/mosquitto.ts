import type { IssuedCredential } from '@heliograph/protocol'
import { hostOf, portOf } from './server-address.ts'
import { EXAMPLE, EXAMPLE_FOR_CMD, lines } from './shells.ts'
import { atLeastOne, type MqttVersion, mqttVersions, type Snippet, type SnippetVariant } from './snippet.ts'

/** Writes a line like the example each second, in any shell; with RANDOM, as in bash and zsh, it varies. */
const EVERY_SECOND = 'while sleep 1; do echo "{\\"temperature\\": 2$((RANDOM % 4)).$((RANDOM % 10))}"; done'

export function mosquitto(credential: IssuedCredential, server: URL): Snippet {
  const variants = mqttVersions.flatMap((version) => mosquittoVariants(credential, server, version))
  return { id: 'mosquitto', label: 'mosquitto_pub', variants: atLeastOne(variants) }
}

function mosquittoVariants(
  { clientId, username, password, topics }: IssuedCredential,
  server: URL,
  version: MqttVersion,
): SnippetVariant[] {
  const tls = server.protocol === 'mqtts:' ? ' --tls-use-os-certs' : ''
  const asVersion = version === '5' ? ' -V mqttv5' : ''
  const command = [
    `mosquitto_pub${asVersion} -h ${hostOf(server)} -p ${portOf(server)}${tls}`,
    `  -q 1 -i ${clientId}`,
    `  -u ${username}`,
    `  -P ${password}`,
    `  -t ${topics.telemetry}`,
  ]
  const once = version === '5' ? 'Sends one message. If it is refused, it prints why.' : 'Sends one message.'
  const shell = { language: 'shell' as const, version }
  return [
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
  ]
}
