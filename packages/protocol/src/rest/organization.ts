import { z } from 'zod'
import { OrganizationSlug } from '../common/ids.js'
import { UserId } from './member.js'

export const DeleteOrganization = z.strictObject({
  confirm: OrganizationSlug.meta({ description: 'The slug of the organization, against mistakes' }),
})
export type DeleteOrganization = z.infer<typeof DeleteOrganization>

export const TransferOrganization = z
  .strictObject({
    to: UserId.meta({ description: 'The id of the member who becomes an owner in place of the caller' }),
  })
  .meta({ id: 'TransferOrganization' })
export type TransferOrganization = z.infer<typeof TransferOrganization>
