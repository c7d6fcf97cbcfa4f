import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/main/library/schema.ts',
  out: './src/main/library/migrations',
});
