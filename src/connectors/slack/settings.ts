// The settings of Slack: SLACK_… in the environment.
import { z } from 'zod'

// Tokens are easily mixed up. api.slack.com/authentication/token-types; a Slack-like server may have others.
const token = (others: RegExp, what: string) => z.string().refine((text) => !others.test(text), `must be ${what}`)
const yesOrNo = z
  .enum(['0', '1'], 'must be 0 or 1')
  .default('0')
  .transform((given) => given === '1')
const longEnough = 32

const address = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:/.test(text),
    'must be an address that begins with http:// or https://',
  )
  .transform((text) => `${text.replace(/\/+$/, '')}/`)

export const settings = z
  .object({
    SLACK_SIGNING_SECRET: z.string().optional(),
    SLACK_BOT_TOKEN: token(/^(xapp|xoxp)-/, 'the token of the bot user, which begins with xoxb-').optional(),
    SLACK_APP_TOKEN: token(/^xox/, 'an app-level token, which begins with xapp-').optional(),
    SLACK_CLIENT_ID: z.string().optional(),
    SLACK_CLIENT_SECRET: z.string().optional(),
    SLACK_TOKEN_KEY: z.string().min(longEnough, `must be at least ${longEnough} characters long`).optional(),
    SLACK_API_URL: address.default('https://slack.com/api/'),
    SLACK_TRUST_EMAIL: yesOrNo,
    SLACK_IN_CHANNEL: yesOrNo,
  })
  // Checked even if something else is wrong, so that everything is reported at once.
  .superRefine((given, context) => {
    for (const fault of lacking(given)) context.addIssue({ code: 'custom', path: [fault.name], message: fault.why })
  })

export type SlackSettings = z.output<typeof settings>

const install = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_TOKEN_KEY'] as const

function lacking(given: Partial<Record<string, unknown>>): { name: string; why: string }[] {
  const installs = install.some((name) => given[name])
  const tokens = installs
    ? install
        .filter((name) => !given[name])
        .map((name) => ({ name, why: `is needed to install into several workspaces, with ${install.join(', ')}` }))
    : given.SLACK_BOT_TOKEN
      ? []
      : [{ name: 'SLACK_BOT_TOKEN', why: 'is required to post in Slack' }]
  const signed = given.SLACK_SIGNING_SECRET || given.SLACK_APP_TOKEN
  return signed
    ? tokens
    : [
        ...tokens,
        {
          name: 'SLACK_SIGNING_SECRET',
          why: "is required to verify Slack's requests (or SLACK_APP_TOKEN, for Socket Mode)",
        },
      ]
}
