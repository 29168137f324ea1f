import { type ListOrganizations, OrganizationSlug, type OrganizationSummaryPage } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { z } from 'zod'
import { Database } from '../../foundation/database/database.service.js'
import { decodeCursor, encodeCursor } from '../../foundation/paging/cursor.js'
import type { Person } from '../../foundation/principal/principal.js'
import { assertPlatformAdministrator } from './assert-platform-administrator.js'

const defaultLimit = 50
const OrganizationCursor = z.tuple([OrganizationSlug])

/** Lists the names and sizes of all organizations, for platform administrators. What is in them stays unseen. */
@Injectable()
export class ListOrganizationsService {
  constructor(private readonly database: Database) {}

  async list(person: Person, query: ListOrganizations): Promise<OrganizationSummaryPage> {
    await assertPlatformAdministrator(this.database, person, 'list all organizations')
    const limit = query.limit ?? defaultLimit
    const after = query.cursor === undefined ? null : decodeCursor(OrganizationCursor, query.cursor)[0]
    const rows = await this.database.prisma.organization.findMany({
      where: { deletedAt: null, ...(after === null ? {} : { slug: { gt: after } }) },
      orderBy: { slug: 'asc' },
      take: limit + 1,
      select: {
        slug: true,
        name: true,
        createdAt: true,
        _count: { select: { members: true, devices: true } },
      },
    })
    const page = rows.slice(0, limit)
    const last = page.at(-1)
    return {
      items: page.map(({ _count, createdAt, ...organization }) => ({
        ...organization,
        ..._count,
        createdAt: createdAt.toISOString(),
      })),
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.slug]) : null,
    }
  }
}
