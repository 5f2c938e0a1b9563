-- Shared with rollback_batch.lua (scripts.ts puts it behind undo_entries.lua): undoes what was done about recurring jobs.
--
-- KEYS and ARGV are those of rollback_batch.lua; so are the results.
local metas = {}
for i = 3, #ARGV, 4 do
  metas[ARGV[i]] = { slot = ARGV[i + 1], remaining = ARGV[i + 2], meta = ARGV[i + 3] }
end

-- The original hash of a series as it was, but for the count; before anything is taken away, so that a call
-- that fails in the middle can be repeated.
local function put_original_back(rec, meta)
  local key = 'rq:job:' .. rec.id
  if meta and meta ~= '' then redis.call('HSET', key, 'meta', meta) end
  if rec.expireAt and rec.expireAt > now_ms then
    redis.call('PEXPIREAT', key, string.format('%.0f', rec.expireAt))
  end
end

local function undo_rearm(rec)
  local series = 'migrate-scheduler:series:' .. rec.seriesId
  local function forget()
    redis.call('DEL', series)
    redis.call('SREM', KEYS[6], rec.seriesId)
  end
  local v = redis.call('HMGET', series, 'state', 'slot', 'job_id', 'remaining', 'queue')
  if not v[1] then return redis.call('ZSCORE', KEYS[2], rec.id) and 'already' or 'missing' end
  if v[1] == 'cancelled' then
    forget()
    return 'missing'
  end
  if v[1] == 'finished' or not v[2] or v[2] == '' then
    forget()
    return 'alreadyRun'
  end
  if type_of('rq:job:' .. rec.id) ~= 'hash' then
    -- Nothing to bring back: better that it goes on as it is.
    return 'missing'
  end
  local slot, armed, remaining, queue = v[2], v[3] or rec.newId, v[4] or '', v[5] or rec.queue
  local native, key = 'rq:scheduled:' .. queue, 'rq:job:' .. armed
  local score = redis.call('ZSCORE', native, armed)
  local status = type_of(key) == 'hash' and redis.call('HGET', key, 'status')
  if score and in_hands_of_scheduler(queue, score) then return 'due' end
  if not score and status == 'started' then return 'due' end
  local advanced, meta = armed ~= rec.newId, nil
  if advanced and remaining ~= '' then
    local given = metas[rec.seriesId]
    if not given or given.slot ~= slot or given.remaining ~= remaining then
      return 'needs-meta', slot, remaining
    end
    meta = given.meta
  end
  -- Enqueued but not re-armed yet: out of its queue it is ours; in a worker's hands it is not.
  -- Failed or gone without having re-armed: its function never ran, so its slot is still owed.
  if not score and status == 'queued' and redis.call('LREM', 'rq:queue:' .. queue, 1, armed) == 0 then
    return 'due'
  end
  put_original_back(rec, meta)
  redis.call('ZREM', native, armed)
  redis.call('DEL', key)
  redis.call('ZADD', KEYS[2], 'NX', advanced and slot or rec.score, rec.id)
  forget()
  if not advanced then return 'restored' end
  return 'advanced', slot, remaining
end

-- An entry that an `rq cron` process runs from the migration on; its hash was never touched.
local function undo_retire(rec)
  if redis.call('ZSCORE', KEYS[2], rec.id) then return 'already' end
  if type_of('rq:job:' .. rec.id) ~= 'hash' then return 'missing' end
  put_original_back(rec, nil)
  redis.call('ZADD', KEYS[2], rec.score, rec.id)
  return 'restored'
end

-- What a client had registered again while its series went on; that brings back the job from which it was made.
local function undo_absorb(rec)
  if redis.call('ZSCORE', KEYS[2], rec.id) then return 'already' end
  local v = redis.call('HMGET', 'migrate-scheduler:series:' .. rec.seriesId, 'state', 'legacy_id')
  if v[1] == 'active' and (v[2] or '') ~= '' then return 'already' end
  return undo_retire(rec)
end

-- An occurrence armed by repair_series.lua; rec.id is the lost job, rec.score the slot it had.
local function undo_repair(rec)
  local series = 'migrate-scheduler:series:' .. rec.seriesId
  local v = redis.call('HMGET', series, 'state', 'job_id')
  if not v[1] or v[1] == 'cancelled' then return 'missing' end
  if v[2] ~= (rec.newId or '') then return 'alreadyRun' end
  if rec.newId then
    local native = 'rq:scheduled:' .. rec.queue
    local score = redis.call('ZSCORE', native, rec.newId)
    if not score then return 'alreadyRun' end
    if in_hands_of_scheduler(rec.queue, score) then return 'due' end
    redis.call('ZREM', native, rec.newId)
    redis.call('DEL', 'rq:job:' .. rec.newId)
  end
  redis.call('HSET', series, 'state', 'active', 'slot', rec.score, 'job_id', rec.id)
  return 'unarmed'
end
