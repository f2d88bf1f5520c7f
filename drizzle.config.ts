// Where drizzle-kit finds the schema and keeps the migrations: `npx drizzle-kit generate --name what-changes`.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: ['schema', 'contacts-schema', 'elsewhere-schema', 'sign-in-schema'].map((name) => `./src/storage/${name}.ts`),
  out: './drizzle',
  casing: 'snake_case',
})
