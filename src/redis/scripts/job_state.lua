-- Shared by the scripts that say where a job is now (scripts.ts puts it behind series.lua).
--
-- job_state: a word for a job that was scheduled natively in this queue, and its status:
--   scheduled    in the queue's ScheduledJobRegistry, with its hash
--   queued       status queued; whether a list holds it is checked only with `exact` (a list is searched in full)
--   started deferred finished failed canceled stopped   what its status says, the first two backed by a registry
--   legacy       back in rq-scheduler's set
--   armed        the application has made a series of it since
--   stray        has its hash, but no registry and no list knows it: nobody will run it. Taken out of the schedule
--                with Scheduler.cancel() of rq_recurring it is canceled: its hash expires, which no waiting job's does
--   gone         has no hash, and nothing tells that it ran
--   ghost        has no hash, and waits in the queue's registry still: it did not run
--   wrong-type   its key is not a hash
local WAITING = { rate_limited = true, ready_to_enqueue = true }
local ENDED = { finished = true, failed = true, canceled = true, stopped = true }

local function ran_and_left(queue, id)
  if redis.call('ZSCORE', 'rq:finished:' .. queue, id) then return 'finished' end
  if redis.call('EXISTS', 'rq:results:' .. id) == 1 then return 'finished' end
  return redis.call('ZSCORE', 'rq:failed:' .. queue, id) and 'failed' or nil
end

-- Is it the real job of an active series, which waits for its tick? Such a series has its job's id.
local function is_of_series(id)
  local key = 'migrate-scheduler:series:' .. id
  local v = type_of(key) == 'hash' and redis.call('HMGET', key, 'job', 'state') or {}
  return v[1] == id and v[2] == 'active'
end

local function job_state(queue, id, exact)
  local key = 'rq:job:' .. id
  local kind = type_of(key)
  if kind == 'none' then
    if redis.call('ZSCORE', 'rq:scheduler:scheduled_jobs', id) then return 'legacy', '' end
    if redis.call('ZSCORE', 'rq:scheduled:' .. queue, id) then return 'ghost', '' end
    return ran_and_left(queue, id) or 'gone', ''
  end
  if kind ~= 'hash' then return 'wrong-type', '' end
  local v = redis.call('HMGET', key, 'status', 'origin')
  local status, origin = v[1] or '', v[2] or ''
  if origin == '' then origin = queue end
  -- A repetition of RQ < 2.8 waits with status `finished`.
  if redis.call('ZSCORE', 'rq:scheduled:' .. queue, id) then return 'scheduled', status end
  if origin ~= queue and redis.call('ZSCORE', 'rq:scheduled:' .. origin, id) then return 'scheduled', status end
  if ENDED[status] then return status, status end
  if WAITING[status] then return 'queued', status end
  if status == 'queued' then
    local list = 'rq:queue:' .. origin
    if not exact or in_list(list, id) or in_list(list .. ':intermediate', id) then return 'queued', status end
  elseif status == 'started' then
    -- From RQ 2.0 the registry holds executions, `<id>:<execution>`.
    if redis.call('ZSCORE', 'rq:wip:' .. origin, id) then return 'started', status end
    if redis.call('EXISTS', 'rq:executions:' .. id) == 1 then return 'started', status end
  elseif status == 'deferred' and redis.call('ZSCORE', 'rq:deferred:' .. origin, id) then
    return 'deferred', status
  end
  if redis.call('ZSCORE', 'rq:scheduler:scheduled_jobs', id) then return 'legacy', status end
  if is_of_series(id) then return 'armed', status end
  return status == 'scheduled' and redis.call('PTTL', key) >= 0 and 'canceled' or 'stray', status
end
