import { addressOf } from '../base-path'

/** The MQTT address at the origin of the page: its content security policy allows no other, whatever PUBLIC_URL says. */
export function ownMqttUrl(): string {
  const url = new URL(addressOf('/mqtt'), window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
