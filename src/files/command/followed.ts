import { spawnedCommands } from '../pysource/spawned.js';
import { pythonStarts, registersJobs } from '../pysource/starts.js';
import type { ProjectView, SourceFile, Where } from '../types.js';
import type { Arg } from './expand.js';
import { findFile } from './find.js';
import { type ProgramList, startedBy } from './lists.js';
import { programGround } from './programs.js';
import { StartRecord } from './record.js';
import type { Command, CommandAnalysis } from './types.js';

/** What a command starts by way of Python scripts and program lists, whose command lines are analysed by themselves. */
export abstract class FollowedFiles extends StartRecord {
  /** Decides what another command runs. */
  protected abstract analyse(command: Command, project: ProjectView): CommandAnalysis;

  protected pythonFile(file: SourceFile, line: number, args: readonly Arg[]): void {
    const found = pythonStarts(file.text).filter((start) => start.role !== 'other');
    const stays = found.some((start) => start.role === 'scheduler') && registersJobs(file.text);
    const starts = stays ? found.filter((start) => start.role !== 'scheduler') : found;
    const spawned = spawnedCommands(file.text);
    this.via.push({ path: file.path, line: starts[0]?.line ?? spawned[0]?.line ?? line });
    // Beside what it spawns a script does work of its own, of which nothing is known here.
    if (starts.length === 0) this.other(args);
    for (const { text, line: at } of spawned) this.spawned(text, { path: file.path, line: at });
    for (const start of starts) this.addPython(start, file.path);
  }

  /** A command line that a Python script starts: its parts count, none of them can be edited. */
  private spawned(text: string, where: Where): void {
    const pieces = [{ form: 'shell' as const, text, origin: null }];
    const { role, queues, workers, imports } = this.analyse(
      { ...this.command, pieces, ground: this.ground },
      this.project,
    );
    this.imports.push(...imports);
    if (role === 'scheduler' || role === 'both') this.addScheduler(where);
    if (role === 'worker-pool') this.started.push({ kind: 'pool', queues });
    for (const { withScheduler } of workers) {
      const start = { withScheduler, after: null, obstacle: 'elsewhere' as const, where };
      this.started.push({ kind: 'worker', queues, start });
    }
  }

  protected programList(list: ProgramList | null, args: readonly Arg[]): void {
    const file = list === null ? undefined : findFile(this.project, list.path, this.command.places);
    if (list === null || file === undefined) {
      this.other(args);
      return;
    }
    this.via.push({ path: file.path, line: 1 });
    for (const program of list.read(file.text)) {
      if (list.names.length > 0 ? !list.names.includes(program.name) : !program.starts) continue;
      const pieces = [{ form: 'shell' as const, text: program.command, origin: null }];
      const analysis = this.analyse(
        { ...this.command, pieces, ground: programGround(program, this.ground) },
        this.project,
      );
      this.imports.push(...analysis.imports);
      if (analysis.role !== 'other') this.via.push({ path: file.path, line: program.line }, ...analysis.via);
      this.started.push(...startedBy(analysis, program, file.path));
    }
  }
}
