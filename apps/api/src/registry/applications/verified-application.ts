/** What an application may do. */
export interface ApplicationRights {
  subscribe: readonly string[]
  publish: readonly string[]
  /** The origins whose web pages may connect; null: any. */
  origins: readonly string[] | null
}

/** An application, as it is told apart from others. */
export interface ApplicationIdentity {
  organizationId: number
  organizationSlug: string
  applicationId: string
  name: string
}

/** An application whose password was verified. */
export interface VerifiedApplication extends ApplicationIdentity, ApplicationRights {
  /** When the password that was used stops working, in epoch milliseconds; null: never. */
  expiresAt: number | null
}
