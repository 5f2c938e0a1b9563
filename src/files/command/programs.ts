import { lineOf } from '../bytes.js';
import { type Ground, pathThere } from './ground.js';

/** One entry of a Procfile or one `[program:x]` of a supervisor configuration. */
export interface Program {
  readonly name: string;
  /** Byte text of the command. */
  readonly command: string;
  /** Byte offset of `command` in the file; null where it is put together from several settings. */
  readonly offset: number | null;
  /** Blanks stand in `command` for what is no part of it: it cannot be replaced as a whole. */
  readonly masked?: boolean;
  /** 1-based. */
  readonly line: number;
  /** False for `autostart=false`. */
  readonly starts: boolean;
  /** Its working directory and PYTHONPATH, where the file names them. */
  readonly folder?: string;
  readonly pythonPath?: string;
}

/** Where a program runs that is started in these surroundings. */
export function programGround({ folder, pythonPath }: Program, ground: Ground): Ground {
  const known = folder !== undefined && !/[$%{]/.test(folder);
  const cwd = folder === undefined ? ground.cwd : known ? pathThere(folder, ground) : null;
  return { ...ground, cwd, pythonPath: pythonPath ?? ground.pythonPath };
}

/** Entries of a Procfile: `name: command` (honcho and foreman read `^[A-Za-z0-9_-]+:\s*.+$`). */
export function procfilePrograms(text: string): readonly Program[] {
  const programs: Program[] = [];
  for (const match of text.matchAll(/^(?:\xef\xbb\xbf)?([A-Za-z0-9_-]+):[ \t]*([^\r\n]*[^\s])/gm)) {
    const [all, name, command] = match;
    if (name === undefined || command === undefined) continue;
    const offset = match.index + all.length - command.length;
    programs.push({ name, command, offset, line: lineOf(text, offset), starts: true });
  }
  return programs;
}

/** `%(ENV_HOME)s`: what supervisor puts there is part of a word, and its brackets are none of a shell's. */
const EXPANSION = /%\(\w+\)\d*[sd]/g;

/** The `[program:x]` sections of a supervisor configuration. */
export function supervisorPrograms(text: string): readonly Program[] {
  const programs: Program[] = [];
  for (const match of text.matchAll(/^\[program:([^\]\r\n]+)\]([\s\S]*?)(?=^\[|(?![\s\S]))/gm)) {
    const [all, name, body] = match;
    if (name === undefined || body === undefined) continue;
    const command = /^command[ \t]*[=:][ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*)/m.exec(body);
    if (command?.[1] === undefined) continue;
    const blank = (part: string): string => ' '.repeat(part.length);
    // Line ends and comments within it are no part of the command; blanks in their place keep its offsets.
    const value = command[1].replace(/[ \t]+;[^\r\n]*/g, blank).trimEnd();
    const start =
      match.index + all.length - body.length + command.index + command[0].length - command[1].length;
    const joined = value.replace(/\r?\n[ \t]+/g, blank);
    const known = joined.replace(EXPANSION, (one) => one.replace(/[()]/g, '_'));
    programs.push({
      name: name.trim(),
      command: known,
      masked: known !== command[1].trimEnd(),
      offset: start,
      line: lineOf(text, start),
      ...placeOf(body),
      starts: !/^autostart[ \t]*[=:][ \t]*(false|0|no|off)\b/im.test(body),
    });
  }
  return programs;
}

/** `directory=` and the PYTHONPATH of `environment=A="x",B="y"`. */
function placeOf(body: string): Pick<Program, 'folder' | 'pythonPath'> {
  const folder = /^directory[ \t]*[=:][ \t]*([^\r\n;]+)/m.exec(body)?.[1]?.trim();
  const path =
    /^environment[ \t]*[=:][^\n]*(?:\n[ \t][^\n]*)*?\bPYTHONPATH[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^,\s]*))/m.exec(
      body,
    );
  const pythonPath = path?.[1] ?? path?.[2] ?? path?.[3];
  return { ...(folder === undefined ? {} : { folder }), ...(pythonPath === undefined ? {} : { pythonPath }) };
}
