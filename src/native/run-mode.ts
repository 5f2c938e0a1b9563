import {
  callData,
  carried,
  type Fields,
  type FieldValue,
  type PickleCall,
  scheduledFields,
  type TickDefinition,
} from './occurrence.js';

/**
 * The hash of the armed job of a series in run mode (`version` 1, which earlier releases made):
 * `<module>.run(series, slot, data)` calls the original function itself, so the job has everything that is set for
 * its runs. `original` names that as a job hash does. `now` is epoch seconds. Throws RangeError for one without `data`.
 */
export function runFields(
  { series, slot, queue, serializer, module }: Omit<TickDefinition, 'description'>,
  original: Fields,
  now: number,
  pickleCall: PickleCall,
): Map<string, FieldValue> {
  const data = original.get('data');
  if (data === undefined) throw new RangeError('original job has no data');
  const payload = serializer === 'pickle' ? data : Buffer.from(data).toString('base64');
  const call = callData(`${module}.run`, [series, slot, payload], serializer, pickleCall);
  const fields = new Map(scheduledFields(call, queue, now));
  for (const [name, value] of carried(original)) if (value.length > 0) fields.set(name, value);
  return fields;
}
