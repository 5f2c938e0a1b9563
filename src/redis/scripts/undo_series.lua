-- Shared with rollback_batch.lua (scripts.ts puts it behind undo_entries.lua): undoes what was done about recurring jobs.
--
-- KEYS and ARGV are those of rollback_batch.lua; so are the results.
local metas = {}
for i = 3, #ARGV, 4 do
  metas[ARGV[i]] = { slot = ARGV[i + 1], remaining = ARGV[i + 2], meta = ARGV[i + 3] }
end

local function put_expiry_back(rec)
  if rec.expireAt and rec.expireAt > now_ms then
    redis.call('PEXPIREAT', 'rq:job:' .. rec.id, string.format('%.0f', rec.expireAt))
  end
end

-- The original hash of a series in run mode as it was, but for the count; before anything is taken away, so that a
-- call that fails in the middle can be repeated.
local function put_original_back(rec, meta)
  if meta and meta ~= '' then redis.call('HSET', 'rq:job:' .. rec.id, 'meta', meta) end
  put_expiry_back(rec)
end

local UNDER_WAY = { queued = true, started = true, deferred = true }

-- Is this job in somebody's hands, or will it be (Retry)?
local function is_live(queue, id)
  return UNDER_WAY[redis.call('HGET', 'rq:job:' .. id, 'status')] or redis.call('ZSCORE', 'rq:scheduled:' .. queue, id)
end

-- The real job of a series that was renamed, back under its old id. A run of it that is under way goes on under the
-- new one. What a client has registered under the old id since is newer.
local function rename_back(rec, queue)
  local key, live = 'rq:job:' .. rec.realId, is_live(queue, rec.realId)
  if redis.call('EXISTS', key) == 0 then return end
  if redis.call('EXISTS', 'rq:job:' .. rec.id) == 1 then
    if not live then redis.call('DEL', key) end
  elseif live then
    copy_hash(key, 'rq:job:' .. rec.id)
    put_back('rq:job:' .. rec.id, 'status', rec.status)
  else
    rename_job(rec.realId, rec.id)
  end
end

-- The real job of a series in tick mode. Where it has run, it is what a run under rq-scheduler would have left.
local function put_real_job_back(rec, queue, advanced)
  if rec.realId ~= rec.id then rename_back(rec, queue) end
  local key = 'rq:job:' .. rec.id
  if advanced then return end
  if redis.call('HGET', key, 'status') == 'scheduled' then put_back(key, 'status', rec.status) end
  put_expiry_back(rec)
end

-- A tick enqueues the real job in one step, or has not run: a run that is under way is nothing to be taken back.
local function undo_rearm(rec)
  local series = 'migrate-scheduler:series:' .. rec.seriesId
  local v = redis.call(
    'HMGET', series, 'state', 'slot', 'job_id', 'remaining', 'queue', 'job', 'listed_in', 'enqueued', 'interval'
  )
  local function forget()
    redis.call('DEL', series)
    redis.call('SREM', KEYS[6], rec.seriesId)
    redis.call('SREM', MIGRATED, rec.seriesId)
  end
  if not v[1] then return redis.call('ZSCORE', KEYS[2], rec.id) and 'already' or 'missing' end
  -- Nothing is to run, and who paused it may go on with it.
  if v[1] == 'paused' then return 'missing' end
  if v[1] == 'cancelled' then
    forget()
    return 'missing'
  end
  if v[1] == 'finished' or not v[2] or v[2] == '' then
    forget()
    return 'alreadyRun'
  end
  local slot, armed, remaining, queue = v[2], v[3] or rec.newId, v[4] or '', v[5] or rec.queue
  local there, kept = type_of('rq:job:' .. rec.id) == 'hash', rec.realId and type_of('rq:job:' .. rec.realId) == 'hash'
  if not there and not kept then
    -- Nothing to bring back: better that it goes on as it is.
    return 'missing'
  end
  if there and kept and rec.realId ~= rec.id and is_live(queue, rec.id) then return 'conflict' end
  local native, key = 'rq:scheduled:' .. queue, 'rq:job:' .. armed
  local score = redis.call('ZSCORE', native, armed)
  local status = type_of(key) == 'hash' and redis.call('HGET', key, 'status')
  if score and in_hands_of_scheduler(queue, score) then return 'due' end
  if not score and status == 'started' then return 'due' end
  local advanced, meta = armed ~= rec.newId, nil
  if v[8] == slot then
    -- Its run was enqueued, and then no worker could tell the next time.
    if (tonumber(v[9] or '') or 0) <= 0 then return 'missing' end
    slot, advanced = string.format('%.0f', tonumber(slot) + tonumber(v[9])), true
  end
  if advanced and remaining ~= '' and not rec.realId then
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
  if rec.realId then put_real_job_back(rec, queue, advanced) else put_original_back(rec, meta) end
  redis.call('ZREM', native, armed)
  redis.call('DEL', key)
  if v[6] and v[7] then unlist_job(v[7], v[6]) end
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
  local v = redis.call('HMGET', 'migrate-scheduler:series:' .. rec.seriesId, 'state', 'legacy_id', 'job')
  if v[1] == 'active' and (v[2] or '') ~= '' then return 'already' end
  -- The job of a series that goes on must not expire.
  if v[1] == 'active' and v[3] == rec.id then rec.expireAt = false end
  return undo_retire(rec)
end

-- An occurrence armed by repair_series.lua; rec.id is the lost job, rec.score the slot it had.
local function undo_repair(rec)
  local series = 'migrate-scheduler:series:' .. rec.seriesId
  local v = redis.call('HMGET', series, 'state', 'job_id', 'job', 'listed_in')
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
  if rec.counted then redis.call('HINCRBY', series, 'remaining', 1) end
  if v[3] and v[4] and rec.score ~= '' then relist_job(v[4], rec.score, v[3]) end
  return 'unarmed'
end
