import type { Word } from './words.js';

/** What is said of files: findings, and the reasons of edits. */
export const FILES: Readonly<Record<string, Word>> = {};
