-- Shared by the scripts that move jobs (scripts.ts puts it behind fence.lua).
--
-- migrate-scheduler:scheduled_jobs, a sorted set of job ids by the time of their next run, is what a Scheduler of
-- rq_recurring lists. Nobody needs it where no application has such a Scheduler, so it goes by itself: a week after
-- the last time in it. Without an expiry it is in use by one, and stays.
local LISTED = 'migrate-scheduler:scheduled_jobs'
local LISTED_MS = 7 * 86400 * 1000
-- 2^53: beyond, a number is not whole any more, and Redis takes no expiry much later.
local LATEST_MS = 9007199254740992

-- Ids of the series that were made from rq-scheduler's jobs: applications may know them by other names.
local MIGRATED = 'migrate-scheduler:migrated_series'

-- list_jobs: adds {score, id, score, id, ...}, or gives them their new times.
local function list_jobs(entries, now_ms)
  if #entries == 0 then return end
  local left = redis.call('PTTL', LISTED)
  redis.call('ZADD', LISTED, unpack(entries))
  if left == -1 then return end
  local last = tonumber(redis.call('ZREVRANGE', LISTED, 0, 0, 'WITHSCORES')[2]) * 1000
  local expires = math.min(math.max(last, now_ms) + LISTED_MS, LATEST_MS)
  if left >= 0 then expires = math.max(expires, now_ms + left) end
  redis.call('PEXPIREAT', LISTED, string.format('%.0f', expires))
end

-- relist_job: gives a job its new time in the set in which it is listed, '' for none. An application's own set may be
-- out of reach: being listed is no job's life.
local function relist_job(set, score, id)
  if set == LISTED then
    list_jobs({ score, id }, tonumber(redis.call('TIME')[1]) * 1000)
  elseif set ~= '' then
    redis.pcall('ZADD', set, score, id)
  end
end

-- unlist_job: takes a job out of that set.
local function unlist_job(set, id)
  if set ~= '' then redis.pcall('ZREM', set, id) end
end
