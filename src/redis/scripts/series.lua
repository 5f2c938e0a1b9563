-- Shared by the scripts that judge series (scripts.ts puts it behind fence.lua).
--
-- series_loss: why the armed occurrence of an active series is lost, as rq_recurring's `_lost` has it:
--   ''            not lost: it waits for its time, is on its queue, or a worker has it
--   job-gone      its job hash no longer exists
--   not-on-queue  its status is queued, but no list holds it (the queue was emptied)
--   job-ended     failed, cancelled, finished ... without having armed the next one
--   Second value: the status of its job, '' for none.
local UNDERWAY = { started = true, deferred = true, rate_limited = true, ready_to_enqueue = true }

local function in_list(key, member)
  local found = redis.pcall('LPOS', key, member)
  if type(found) ~= 'table' then return found ~= false end
  -- Before Redis 6.0.6: in slices.
  for from = 0, redis.call('LLEN', key) - 1, 1000 do
    for _, one in ipairs(redis.call('LRANGE', key, from, from + 999)) do
      if one == member then return true end
    end
  end
  return false
end

local function series_loss(queue, job_id)
  local key = 'rq:job:' .. job_id
  if job_id == '' or type_of(key) ~= 'hash' then return 'job-gone', '' end
  local status = redis.call('HGET', key, 'status') or ''
  if redis.call('ZSCORE', 'rq:scheduled:' .. queue, job_id) or UNDERWAY[status] then return '', status end
  if status ~= 'queued' then return 'job-ended', status end
  -- RQ moves a job through `:intermediate` while a worker takes it (rq/queue.py).
  local list = 'rq:queue:' .. queue
  local there = in_list(list, job_id) or in_list(list .. ':intermediate', job_id)
  return there and '' or 'not-on-queue', status
end
