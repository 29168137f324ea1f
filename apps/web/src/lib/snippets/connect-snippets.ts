import type { IssuedCredential } from '@heliograph/protocol'
import { arduino } from './arduino.js'
import { curl } from './curl.js'
import { mosquitto } from './mosquitto.js'
import { mqttJs } from './mqtt-js.js'
import { python } from './python.js'
import type { Snippet } from './snippet.js'

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
