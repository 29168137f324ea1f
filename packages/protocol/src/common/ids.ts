import { z } from 'zod'

/** The name of an organization in addresses and topics. It never changes. */
export const OrganizationSlug = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'use 1 to 32 of a-z, 0-9 and -')
  .meta({ id: 'OrganizationSlug' })
export type OrganizationSlug = z.infer<typeof OrganizationSlug>

/** The name of a device in addresses and topics, unique in its organization. */
export const DeviceId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'use 1 to 64 of A-Z, a-z, 0-9, _ and -')
  .meta({ id: 'DeviceId' })
export type DeviceId = z.infer<typeof DeviceId>

/** A device id for a name: `Greenhouse pump` gives `greenhouse-pump`. Empty when the name has no letter or digit that an id may hold. */
export function suggestDeviceId(name: string): string {
  return slugify(name, 64)
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
