#!/usr/bin/env -S node --max-semi-space-size=64
// The program's front door: makes sure that everything is there and built, then runs the command
// line.
import { existsSync } from 'node:fs';

const args = process.argv.slice(2);
// An image holds what is built, and no sources: there is nothing to set up.
if (existsSync(new URL('../src', import.meta.url))) {
  const { setUp } = await import('../scripts/setup.mjs');
  await setUp(args.includes('demo') ? 'demo' : 'build');
}
const { main } = await import('../dist/app/cli.js');
// No process.exit: what was started ends in order, and what it wrote is flushed.
process.exitCode = await main(args);
