// Where drizzle-kit finds the schema and keeps the migrations: `npx drizzle-kit generate --name what-changes`.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/storage/schema.ts', './src/storage/elsewhere-schema.ts'],
  out: './drizzle',
  casing: 'snake_case',
})
