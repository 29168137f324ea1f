import { OrganizationSlug, Role } from '@heliograph/protocol'
import { z } from 'zod'

/** The role that members of a group have in an organization. */
export interface MappedRole {
  group: string
  organization: string
  role: Role
}

/** An OpenID provider by which people sign in. */
export interface OpenIdConnectConfig {
  issuer: string
  clientId: string
  clientSecret: string
  /** What the button says behind "Sign in with". */
  name: string
  scopes: readonly string[]
  roles: readonly MappedRole[]
}

const Issuer = z
  .string()
  .refine(isIssuer, 'expected the address of an OpenID provider, https://login.example.com/realms/iot')

/** `iot-admins=main:admin, /staff/field=main:operator`: the last `=` ends the group, which may hold any but a comma. */
export const OpenIdRoleMap = z
  .string()
  .default('')
  .transform((text, context): MappedRole[] =>
    text.split(',').flatMap((item) => {
      if (item.trim() === '') return []
      const [, group = '', slug, name] = /^\s*(.+?)\s*=\s*([^=:]+?)\s*:\s*([^=:]+?)\s*$/.exec(item) ?? []
      const organization = OrganizationSlug.safeParse(slug)
      const role = Role.safeParse(name)
      if (organization.success && role.success)
        return [{ group, organization: organization.data, role: role.data }]
      context.addIssue({
        code: 'custom',
        message: `${item.trim()} is not GROUP=ORGANIZATION:ROLE; the organization is a slug, and the roles are ${Role.options.join(', ')}`,
      })
      return []
    }),
  )

export const OpenIdIssuer = Issuer.optional()

/** TLS alone proves the provider, so that only one on this machine does without. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash } = new URL(text)
  if (search !== '' || hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname))
}
