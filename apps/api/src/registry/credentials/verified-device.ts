/** A device whose credential was verified. */
export interface VerifiedDevice {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
  credentialId: string
  /** When the secret that was used stops working, in epoch milliseconds; null: never. */
  expiresAt: number | null
}
