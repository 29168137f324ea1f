import type { PlatformInfo } from '@heliograph/protocol'

/** The command that starts the platform so that others on the network reach it, on the ports that it has now. */
export function startCommand({ http, tcp }: PlatformInfo['urls']): string {
  const web = new URL(http)
  const port = web.protocol === 'http:' ? web.port || '80' : '3000'
  const mqttPort = tcp === null ? '0' : new URL(tcp).port || '1883'
  return [
    'HOST=0.0.0.0',
    ...(port === '3000' ? [] : [`PORT=${port}`]),
    ...(mqttPort === '1883' || tcp?.startsWith('mqtts:') ? [] : [`MQTT_PORT=${mqttPort}`]),
    'npm start',
  ].join(' ')
}
