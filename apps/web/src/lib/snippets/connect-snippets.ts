import type { IssuedCredential } from '@heliograph/protocol'
import { arduino } from './arduino.ts'
import { curl } from './curl.ts'
import { mosquitto } from './mosquitto.ts'
import { mqttJs } from './mqtt-js.ts'
import { python } from './python.ts'
import type { Snippet } from './snippet.ts'

/** Examples that send a first message with a credential, one for each tool. */
export function connectSnippets(credential: IssuedCredential, device: string, httpUrl: string): Snippet[] {
  const server = credential.urls.tcp === null ? null : new URL(credential.urls.tcp)
  return [
    ...(server === null ? [] : [mosquitto(credential, server)]),
    python(credential),
    mqttJs(credential),
    ...(server === null ? [] : [arduino(credential, server)]),
    curl(credential, device, httpUrl),
  ]
}
