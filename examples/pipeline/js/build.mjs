// Makes a component of summarizer.js and the engine that runs it: node build.mjs WIT_FOLDER OUT.wasm

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [witPath, out] = process.argv.slice(2);
const { component } = await componentize({
  sourcePath: 'summarizer.js',
  witPath,
  worldName: 'summarizer',
  // A stage sends no requests; without these it imports nothing of wasi:http.
  disableFeatures: ['http', 'fetch-event'],
});
await writeFile(out, component);
