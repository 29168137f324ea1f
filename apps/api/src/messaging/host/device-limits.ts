import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** What one message of a device may be; those of people and applications are bounded by `maxPacketBytes` alone. */
export const deviceLimits = new LimitSet('device', 'Messages of devices', {
  packetBytes: {
    default: 256 * 1024,
    unit: 'bytes',
    per: 'message',
    text: 'an MQTT packet of a device, and at most `maxPacketBytes`',
    past: 'the connection ends on the bytes that state the length: `too_large`, on the page of the device and in the log',
  },
})
