import type { Command } from 'commander';
import type { CliIo } from './io.ts';

export function addNameCommand(_command: Command, _io: CliIo): void {}
