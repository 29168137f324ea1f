import { PasskeyId, SignInMethods, SignInOptions } from '@heliograph/protocol'
import { Controller, Delete, Get, Param } from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import type { Person } from '../../foundation/principal/principal.js'
import { CurrentPerson, Public, SignedIn } from '../../http/access/decorators.js'
import { ApiNothing, ApiProblems, ApiResult } from '../../http/requests/api-result.js'
import { SignInMethodsService } from './sign-in-methods.service.js'

@ApiTags('Account')
@Controller('api/v1')
export class SignInMethodsController {
  constructor(private readonly methods: SignInMethodsService) {}

  @Get('sign-in-options')
  @Public()
  @ApiSecurity({})
  @ApiOperation({ summary: 'Read what the page of sign-in offers' })
  @ApiResult(200, SignInOptions, 'The options')
  options(): SignInOptions {
    return this.methods.options()
  }

  @Get('me/sign-in-methods')
  @SignedIn()
  @ApiOperation({
    summary: 'Read in which ways the signed-in person may sign in',
    description: 'The ways are set up on the page of the account. No secret is among them.',
  })
  @ApiResult(200, SignInMethods, 'The ways')
  @ApiProblems(401, 403)
  read(@CurrentPerson() person: Person): Promise<SignInMethods> {
    return this.methods.read(person)
  }

  @Delete('me/sign-in-methods/open-id-connect')
  @SignedIn()
  @ApiOperation({
    summary: 'Disconnect the signed-in person from the OpenID provider',
    description: 'For who has a password: the only way in cannot be given up.',
  })
  @ApiNothing('The provider no longer signs the person in')
  @ApiProblems(401, 403, 404, 409)
  disconnect(@CurrentPerson() person: Person): Promise<void> {
    return this.methods.disconnectProvider(person)
  }

  @Delete('me/passkeys/:passkey')
  @SignedIn()
  @ApiOperation({ summary: 'Remove a passkey of the signed-in person' })
  @ApiNothing('It no longer signs the person in')
  @ApiProblems(400, 401, 403, 404)
  removePasskey(
    @CurrentPerson() person: Person,
    @Param('passkey', { schema: PasskeyId }) passkey: string,
  ): Promise<void> {
    return this.methods.removePasskey(person, passkey)
  }
}
