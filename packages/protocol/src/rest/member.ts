import { z } from 'zod'
import { Role } from '../access/roles.js'
import { mayHaveTagLimit, SeenTags, TagLimit } from '../access/scopes.js'
import { OrganizationSlug } from '../common/ids.js'
import { Organization, Password } from './account.js'
import { Email, Name, page, Timestamp } from './common.js'

/** The id of a person in a path. */
export const UserId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a person')

const limitedRoles = 'only an operator or a viewer can be limited to tags'

export const Member = z
  .object({
    id: z.string().meta({ description: 'The id of the person' }),
    name: z.string(),
    email: z.string(),
    role: Role,
    tags: z.array(z.string()).nullable().meta({
      description:
        'They see only devices with at least one of these tags; null: all devices, or the caller may not manage members',
    }),
    since: Timestamp.meta({ description: 'When they joined the organization' }),
    lastSignInAt: Timestamp.nullable().meta({
      description: 'When they last signed in; null: not known, or the caller may not manage members',
    }),
    secondFactor: z.enum(['authenticatorApp', 'passkey', 'openIdConnect']).nullable().meta({
      description:
        'With what they can sign in beyond a password; null: with nothing, or the caller may not manage members',
    }),
    apiKeys: z.int().meta({
      description: 'API keys that they made, and that were made with these: they end with the membership',
    }),
    invitations: z.int().meta({
      description: 'Invitations that they made and nobody accepted yet: they end with the membership',
    }),
  })
  .meta({ id: 'Member' })
export type Member = z.infer<typeof Member>

export const MemberPage = page(Member).meta({ id: 'MemberPage' })
export type MemberPage = z.infer<typeof MemberPage>

export const UpdateMember = z
  .strictObject({
    role: Role.optional(),
    tags: TagLimit.nullable().optional().meta({
      description:
        'They see only devices with at least one of these tags; null: all devices. Only operators and viewers can be limited, so a role above ends the limit',
    }),
  })
  .refine(({ role, tags }) => role !== undefined || tags !== undefined, 'expected a role or tags')
  .refine(isLimitable, { path: ['tags'], message: limitedRoles })
  .meta({ id: 'UpdateMember' })
export type UpdateMember = z.infer<typeof UpdateMember>

function isLimitable({
  role,
  tags,
}: {
  role?: Role | undefined
  tags?: string[] | null | undefined
}): boolean {
  return role === undefined || !Array.isArray(tags) || mayHaveTagLimit(role)
}

/** For how long an invitation may be accepted: an hour at least, 30 days at most. */
export const invitationSeconds = { least: 3_600, most: 30 * 86_400, default: 7 * 86_400 } as const

export const CreateInvitation = z
  .strictObject({
    email: Email.optional().meta({
      description: 'With it, only the account with this address can accept the invitation',
    }),
    role: Role,
    tags: TagLimit.optional().meta({
      description:
        'Who accepts it sees only devices with at least one of these tags. Only operators and viewers can be limited',
    }),
    expiresInSeconds: z
      .int()
      .min(invitationSeconds.least, 'must be an hour at least')
      .max(invitationSeconds.most, 'must be 30 days at most')
      .optional()
      .meta({ description: '7 days by default' }),
  })
  .refine(isLimitable, { path: ['tags'], message: limitedRoles })
  .meta({ id: 'CreateInvitation' })
export type CreateInvitation = z.infer<typeof CreateInvitation>

const Inviter = z
  .object({ kind: z.enum(['person', 'apiKey']), id: z.string(), name: z.string() })
  .nullable()
  .meta({ description: 'Who made it; null when that is not known any more' })

export const Invitation = z
  .object({
    id: z.string(),
    email: z.string().nullable(),
    role: Role,
    tags: SeenTags,
    createdBy: Inviter,
    createdAt: Timestamp,
    expiresAt: Timestamp,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

export const InvitationPage = page(Invitation).meta({ id: 'InvitationPage' })
export type InvitationPage = z.infer<typeof InvitationPage>

export const IssuedInvitation = Invitation.extend({
  url: z.string().meta({ description: 'The link to send; returned here and never again' }),
  mailed: z.boolean().meta({
    description: 'Whether the platform mails it to `email`: it has an address, and the platform sends mail',
  }),
}).meta({ id: 'IssuedInvitation' })
export type IssuedInvitation = z.infer<typeof IssuedInvitation>

const InvitationToken = z
  .string()
  .min(1, 'must not be empty')
  .max(128)
  .meta({ description: 'What stands behind the `#` of the link' })

export const ReadInvitation = z.strictObject({ token: InvitationToken }).meta({ id: 'ReadInvitation' })
export type ReadInvitation = z.infer<typeof ReadInvitation>

export const InvitationDetails = z
  .object({
    organization: z.object({ slug: OrganizationSlug, name: z.string() }),
    role: Role,
    tags: SeenTags,
    invitedBy: z.string().nullable().meta({ description: 'The name of the person who made it' }),
    email: z.string().nullable().meta({ description: 'The only address that can accept it; null: any' }),
    expiresAt: Timestamp,
  })
  .meta({ id: 'InvitationDetails', description: 'An invitation, as whoever has its link may see it' })
export type InvitationDetails = z.infer<typeof InvitationDetails>

export const AcceptInvitation = z
  .strictObject({
    token: InvitationToken,
    name: Name.optional(),
    email: Email.optional().meta({ description: 'May be left out when the invitation is for one address' }),
    password: Password.optional(),
  })
  .meta({
    id: 'AcceptInvitation',
    description:
      'For a signed-in person the token alone; otherwise also name, e-mail and password of a new account',
  })
export type AcceptInvitation = z.infer<typeof AcceptInvitation>

export const AcceptedInvitation = Organization.extend({
  mailedTo: z.string().nullable().meta({
    description:
      'null: the person is a member. Else a link was mailed to this address, and the new account is made once it is opened. The answer is the same when there is such an account already',
  }),
}).meta({ id: 'AcceptedInvitation' })
export type AcceptedInvitation = z.infer<typeof AcceptedInvitation>

export const ConfirmNewAccount = z.strictObject({ token: InvitationToken }).meta({ id: 'ConfirmNewAccount' })
export type ConfirmNewAccount = z.infer<typeof ConfirmNewAccount>
