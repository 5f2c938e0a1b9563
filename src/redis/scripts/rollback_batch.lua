-- Undoes the newest journal entry of a run that is not undone yet, at most 250 jobs. The place in
-- the journal, which records of the entry are settled and the counters are written in the same
-- call, so that repeating it, even after a crash, continues where it stopped.
--
-- KEYS 1 migrate-scheduler:lock          4 migrate-scheduler:run:<runId>
--      2 rq:scheduler:scheduled_jobs     5 migrate-scheduler:journal:<runId>
--      3 rq:queues                       6 migrate-scheduler:series
-- ARGV 1 run lock value, 2 its expiry (ms), then for series that answered `needs-meta`
--      seriesId slot remaining meta ...   slot and remaining as answered, meta with that count in
--      its `repeat`; '' leaves the job's meta as it is
-- Returns {finished, pending, {{op, id, result, slot, remaining, seriesId}, ...}}
--   finished 1 when no journal entry is left; pending: records of this entry that are `due` or
--   `needs-meta`.
--   result:
--   restored    back in the legacy set with its score and its hash fields
--   rescheduled the same, with the score that somebody gave the native entry since
--   advanced    a series that ran meanwhile: back with score = slot and, in run mode, the meta that was passed
--   needs-meta  such a series in run mode with a count, for whose present slot and count no meta was passed:
--               not touched; it may run once more before the next call, and then answers the same again
--   unarmed     an occurrence that `repair` had armed is gone again, its series as broken as before
--               (an entry that `repair` had mended or taken away is `restored` in RQ's schedule)
--   already     was not moved or is back already; nothing to do, not counted
--   alreadyRun  was enqueued, or ran
--   missing     gone from the registry without having run (cancelled, deleted)
--   conflict    a renamed job or a removed entry whose old id is taken again: stays as it is
--   due         RQ's scheduler may be enqueueing it right now, or a worker runs the series: not
--               touched, call again in a moment
--   slot, remaining ('' = endless) and seriesId are '' except for advanced and needs-meta.
-- Errors: FENCED run; NOTROLLING when the run is not in state rolling-back.
--
-- Why `due`: RQ's scheduler reads the due ids, then enqueues them and only then removes them
-- (rq/scheduler.py enqueue_scheduled_jobs); taking one back in between would run it twice.
-- An old expiry that has passed by now is not put back: it would delete the job.
-- undo_entries.lua, in front, has the clock and what is shared, and undoes what `repair` did to entries.
local refused = fence(KEYS[1], ARGV[1], ARGV[2]) or wrong_type(KEYS[2], 'zset') or wrong_type(KEYS[3], 'set')
  or wrong_type(LISTED, 'zset')
if refused then return refused end
if redis.call('HGET', KEYS[4], 'state') ~= 'rolling-back' then
  return redis.error_reply('NOTROLLING ' .. KEYS[4])
end

-- One-shot jobs that are taken back, as they were listed.
local unlisted = {}

local function undo_drop(rec)
  if redis.call('ZSCORE', KEYS[2], rec.id) then return 'already' end
  redis.call('ZADD', KEYS[2], rec.score, rec.id)
  return 'restored'
end

local function undo_move(rec)
  local native, target = 'rq:scheduled:' .. rec.queue, rec.newId or rec.id
  local key = 'rq:job:' .. target
  local score = redis.call('ZSCORE', native, target)
  if not score then return absent(rec, key) end
  if in_hands_of_scheduler(rec.queue, score) then return 'due' end
  if type_of(key) ~= 'hash' then return 'missing' end
  if rec.newId then
    if redis.call('EXISTS', unpack(keys_of(rec.id))) > 0 then return 'conflict' end
    rename_job(rec.newId, rec.id)
    key = 'rq:job:' .. rec.id
  end
  if redis.call('HGET', key, 'status') == 'scheduled' then put_back(key, 'status', rec.status) end
  if rec.timeoutSet then put_back(key, 'timeout', rec.timeout) end
  if rec.expireAt and rec.expireAt > now_ms then
    redis.call('PEXPIREAT', key, string.format('%.0f', rec.expireAt))
  end
  redis.call('ZREM', native, target)
  unlisted[#unlisted + 1] = target
  redis.call('ZADD', KEYS[2], 'NX', score, rec.id)
  return tonumber(score) == tonumber(rec.score) and 'restored' or 'rescheduled'
end

-- A job that RQ repeats by itself: comes back with the runs and the score that it has by now. One that failed
-- made no run since, and rq-scheduler would have gone on.
local function undo_repeat(rec)
  local native, key = 'rq:scheduled:' .. rec.queue, 'rq:job:' .. rec.newId
  local score = redis.call('ZSCORE', native, rec.newId)
  if not score and redis.call('ZSCORE', KEYS[2], rec.id) then return 'already' end
  if type_of(key) ~= 'hash' then return tonumber(rec.score) <= now and 'alreadyRun' or 'missing' end
  if type_of('rq:job:' .. rec.id) ~= 'hash' then return 'missing' end
  local v = redis.call('HMGET', key, 'status', 'repeats_left', 'repeat_intervals')
  local status, left = v[1], tonumber(v[2] or '') or 0
  local remaining, slot = left + 1, score
  if score then
    if in_hands_of_scheduler(rec.queue, score) then return 'due' end
  elseif status == 'started' then
    return 'due'
  elseif status == 'queued' then
    slot = tostring(now)
  elseif status == 'failed' and left > 0 then
    remaining, slot = left, tostring(now + (tonumber(string.match(v[3] or '', '%d+') or '') or 0))
  else
    return (status == 'finished' or status == 'failed') and 'alreadyRun' or 'missing'
  end
  local advanced, meta = remaining ~= tonumber(rec.runs), nil
  if advanced then
    local given = metas[rec.seriesId]
    if not given or tonumber(given.remaining) ~= remaining then
      return 'needs-meta', slot, tostring(remaining)
    end
    meta = given.meta
  end
  if status == 'queued' and not score and redis.call('LREM', 'rq:queue:' .. rec.queue, 1, rec.newId) == 0 then
    return 'due'
  end
  put_original_back(rec, meta)
  if score or status == 'queued' then
    redis.call('ZREM', native, rec.newId)
    redis.call('DEL', key)
  end
  redis.call('ZADD', KEYS[2], 'NX', slot, rec.id)
  if advanced then return 'advanced', slot, tostring(remaining) end
  return tonumber(slot) == tonumber(rec.score) and 'restored' or 'rescheduled'
end

local undo = {
  mend = undo_mend, remove = undo_remove, quarantine = undo_quarantine,
  drop = undo_drop, move = undo_move, reschedule = undo_move, rename = undo_move, rearm = undo_rearm, repair = undo_repair,
  ['repeat'] = undo_repeat, retire = undo_retire, absorb = undo_absorb,
}

-- The queue goes out of rq:queues again when we put it there and nothing of RQ uses it.
local function leave_queue(name)
  local used = redis.call('EXISTS', 'rq:queue:' .. name, 'rq:scheduled:' .. name, 'rq:wip:' .. name,
    'rq:finished:' .. name, 'rq:failed:' .. name, 'rq:deferred:' .. name, 'rq:canceled:' .. name)
  if used == 0 then redis.call('SREM', KEYS[3], 'rq:queue:' .. name) end
end

local cursor = redis.call('HGET', KEYS[4], 'rollbackCursor')
local page = redis.call('XREVRANGE', KEYS[5], cursor or '+', '-', 'COUNT', 2)
local entry = page[1]
if cursor and entry and entry[1] == cursor then entry = page[2] end
if not entry then return { 1, 0, {} } end

local records = cmsgpack.unpack(entry[2][2])
local settled = redis.call('HGET', KEYS[4], 'rollbackSettled') or ''
local marks, out, counts, pending, failure = {}, {}, {}, 0, nil
local counter = {
  restored = 'restored', rescheduled = 'restored', advanced = 'restored',
  unarmed = 'restored', alreadyRun = 'alreadyRun', missing = 'missing', conflict = 'conflict',
}
for i, r in ipairs(records) do
  local mark = string.sub(settled, i, i) == '1'
  if not mark and not failure then
    local rec = {
      op = r[1], id = r[2], score = r[3], queue = r[4], status = r[6], timeout = r[7],
      timeoutSet = r[8], expireAt = r[9], newId = r[10], seriesId = r[11], realId = r[12],
    }
    if rec.op == 'repair' then rec.counted = r[12] end
    if rec.op == 'repeat' then rec.runs, rec.seriesId = rec.seriesId, rec.newId end
    -- A failing command must not lose the record of what was undone before it.
    local ok, result, slot, remaining = pcall(undo[rec.op], rec)
    if not ok then
      failure = result
    else
      mark = result ~= 'due' and result ~= 'needs-meta'
      if counter[result] then counts[counter[result]] = (counts[counter[result]] or 0) + 1 end
      out[#out + 1] = { rec.op, rec.id, result, slot or '', remaining or '', slot and rec.seriesId or '' }
    end
  end
  if not mark then pending = pending + 1 end
  marks[i] = mark and '1' or '0'
end

if #unlisted > 0 then redis.call('ZREM', LISTED, unpack(unlisted)) end
for name, n in pairs(counts) do redis.call('HINCRBY', KEYS[4], name, n) end
if pending > 0 then
  redis.call('HSET', KEYS[4], 'rollbackSettled', table.concat(marks))
else
  for _, r in ipairs(records) do
    if r[5] then leave_queue(r[4]) end
  end
  redis.call('HSET', KEYS[4], 'rollbackCursor', entry[1])
  redis.call('HDEL', KEYS[4], 'rollbackSettled')
end
if failure then
  return redis.error_reply(type(failure) == 'table' and failure.err or tostring(failure))
end
return { 0, pending, out }
