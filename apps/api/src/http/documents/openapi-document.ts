import { Problem } from '@heliograph/protocol'
import type { INestApplication } from '@nestjs/common'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { z } from 'zod'
import { sessionCookie } from '../../foundation/addresses/cookie-rules.js'
import { basePathOf } from '../../foundation/config/public-url.js'
import { version } from '../../foundation/config/version.js'
import { furtherContent } from '../requests/api-result.js'

/** Makes the OpenAPI 3.1 document of the REST interface from the schemas by which the routes validate, for PUBLIC_URL. */
export function openApiDocument(app: INestApplication, publicUrl: string | null): OpenAPIObject {
  const description =
    'Register devices, issue their credentials and read their telemetry. Sign in at /api/auth/sign-in/email ' +
    'for a cookie (or the header set-auth-token, as a bearer token), or send an API key as a bearer token. ' +
    'Errors are RFC 9457 problems with a stable `code`.'
  const outline = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Heliograph')
    .setDescription(description)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(basePathOf(publicUrl) || '/', 'This platform')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key or a session token' }, 'bearer')
    .addCookieAuth(sessionCookie(publicUrl), { type: 'apiKey', in: 'cookie' }, 'cookie')
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('cookie')
    .build()
  const document = SwaggerModule.createDocument(app, outline, {
    autoTagControllers: false,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) =>
      schema instanceof z.ZodType ? convert(schema, schemaType) : undefined,
  })
  addFurtherContent(document)
  const { Problem: problem = {} } = convert(Problem, 'output').components
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem },
  }
  return document
}

function addFurtherContent({ paths }: OpenAPIObject): void {
  for (const { get } of Object.values(paths)) {
    for (const response of Object.values(get?.responses ?? {})) {
      if (response === undefined || !(furtherContent in response)) continue
      const { [furtherContent]: further, ...rest } = response
      delete response[furtherContent]
      Object.assign(response, { content: { ...('content' in rest ? rest.content : {}), ...Object(further) } })
    }
  }
}

type JsonSchema = Record<string, unknown>

/** Converts a schema to JSON Schema. Schemas with an id become components, which replace `$defs`. */
function convert(
  schema: z.ZodType,
  io: 'input' | 'output',
): { schema: JsonSchema; components: Record<string, JsonSchema> } {
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override: ({ jsonSchema }) => simplify(jsonSchema),
  }) as JsonSchema
  const components = Object.fromEntries(
    Object.entries($defs as Record<string, JsonSchema>).map(([id, { id: _, ...definition }]) => [
      id,
      definition,
    ]),
  )
  const id = schema.meta()?.id
  if (id === undefined || '$ref' in root) return { schema: root, components }
  const { id: __, ...definition } = root
  return { schema: { $ref: `#/$defs/${id}` }, components: { ...components, [id]: definition } }
}

/** Removes keywords that add nothing: the pattern of a date-time, the range of all integers. */
function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === 'date-time' || schema.format === 'email') delete schema.pattern
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
}
