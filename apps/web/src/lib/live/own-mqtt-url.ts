/** Where this page speaks MQTT: at its own origin, the only one that it may talk to, whatever name the platform gives itself. */
export function ownMqttUrl(): string {
  const url = new URL('/mqtt', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
