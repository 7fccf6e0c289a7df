// Makes a component of hello.js and the engine that runs it: node build.mjs WIT_FOLDER OUT.wasm

import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [witPath, out] = process.argv.slice(2);
const { component } = await componentize({ sourcePath: 'hello.js', witPath, worldName: 'hello' });
await writeFile(out, component);
