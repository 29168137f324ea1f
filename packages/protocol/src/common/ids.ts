import { z } from 'zod'

/** The name of an organization in addresses and topics. It never changes. */
export const OrganizationSlug = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'use 1 to 32 of a-z, 0-9 and -')
  .meta({ id: 'OrganizationSlug' })
export type OrganizationSlug = z.infer<typeof OrganizationSlug>

/**
 * The name of a device in addresses and topics, unique in its organization: also a MAC address (`AA:BB:CC:DD:EE:FF`). It is
 * not of dots alone, as browsers and proxies take `..` in an address for the folder above.
 */
export const DeviceId = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'use 1 to 64 of A-Z, a-z, 0-9 and _ . : -')
  .regex(/[^.]/, 'must not be of dots alone, which an address takes for a folder')
  .meta({ id: 'DeviceId' })
export type DeviceId = z.infer<typeof DeviceId>

/**
 * A device id for a name: `Greenhouse pump` gives `greenhouse-pump`. A name with a dot or a colon that is an id, such as a MAC
 * address, is suggested as it is. Empty when the name has no letter or digit that an id may hold.
 */
export function suggestDeviceId(name: string): string {
  const asIs = name.trim()
  return /[.:]/.test(asIs) && DeviceId.safeParse(asIs).success ? asIs : slugify(name, 64)
}

/** The name of a file about a device. Windows takes no colon in one. */
export function fileNameOf(device: string, ending: string): string {
  return `${device.replaceAll(':', '-')}${ending}`
}

/** An organization slug for a name. Empty when the name has no letter or digit that a slug may hold. */
export function suggestSlug(name: string): string {
  return slugify(name, 32)
}

function slugify(name: string, maximumLength: number): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maximumLength)
    .replace(/^-+|-+$/g, '')
}
