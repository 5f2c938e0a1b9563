-- Shared by the scripts that judge series (scripts.ts puts it behind fence.lua).
--
-- series_loss: why the armed occurrence of an active series is lost, as rq_recurring's `_lost` has it:
--   ''            not lost: it waits for its time, is on its queue, or a worker has it
--   job-gone      its job hash no longer exists
--   not-on-queue  its status is queued, but no list holds it (the queue was emptied)
--   job-ended     failed, cancelled, finished ... without having armed the next one
--   Second value: the status of its job, '' for none.
local UNDERWAY = { started = true, deferred = true, rate_limited = true, ready_to_enqueue = true }

-- Searched for one by one while it is a few; for more, a list is read once: LPOS takes 8 ms on 100,000 jobs.
local FEW = 3
local searched, members = {}, {}

-- In slices, so that Redis makes no single reply of a long list.
local function read_list(key)
  local set = {}
  for from = 0, redis.call('LLEN', key) - 1, 1000 do
    for _, one in ipairs(redis.call('LRANGE', key, from, from + 999)) do set[one] = true end
  end
  return set
end

local function in_list(key, member)
  searched[key] = (searched[key] or 0) + 1
  if searched[key] <= FEW then
    local found = redis.pcall('LPOS', key, member)
    if type(found) ~= 'table' then return found ~= false end
    -- Before Redis 6.0.6 there is no LPOS.
  end
  members[key] = members[key] or read_list(key)
  return members[key][member] == true
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
